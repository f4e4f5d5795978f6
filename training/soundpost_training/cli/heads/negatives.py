"""The verb `negatives`: writes the general sounds of a bundle."""

import argparse
from pathlib import Path

from soundpost_training.progress import report

VERB = "negatives"
PURPOSE = "Write general sounds beside a bundle, against which `soundpost teach` fits heads."
EPILOG = """\
  soundpost-train negatives models/everyday --cache cache

Embeddings of recordings with free licences: ambience, Debian packages (fetched once), synthesis. No
sound can be made of them. The file negatives.npz is no part of the bundle, which stays as it is.
"""


def add_to(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb and its options."""
    parser = verbs.add_parser(
        VERB,
        help=PURPOSE,
        description=PURPOSE,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bundle", help="name or folder of the bundle")
    parser.add_argument(
        "--cache", type=Path, default=Path("cache"), help="of packages and made recordings"
    )
    parser.add_argument("--count", type=int, default=900, help="of embeddings (default: 900)")


def run(options: argparse.Namespace) -> None:
    """Writes the file, and prints its size."""
    # Imported here: --help and a typo need not wait for it.
    from soundpost_training.heads.negatives import (  # noqa: PLC0415 - see above
        NegativesRequest,
        write_negatives,
    )

    path = write_negatives(NegativesRequest(options.bundle, options.cache, options.count))
    report.print(f"general sounds: {path}, {path.stat().st_size:,} bytes", soft_wrap=True)
