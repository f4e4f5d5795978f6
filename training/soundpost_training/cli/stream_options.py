"""The verb `stream`: makes a bundle compute each frame once."""

import argparse
from pathlib import Path

from soundpost_training.progress import report

VERB = "stream"
PURPOSE = "Make a bundle compute each frame once: the same scores for a fraction of the cost."
EPILOG = """\
For networks of arch = streaming, whose convolutions do not pad in time. Weights, thresholds and
scores stay as they are; the parts that are added take some kilobytes, and are compared with the
whole window before the bundle is replaced. `quick`, `export` and `tagging` write such bundles.
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
    parser.add_argument("bundle", type=Path, help="folder of the bundle, which is replaced")
    parser.add_argument(
        "--release",
        required=True,
        metavar="VERSION",
        help="version of the bundle with the new model, such as 1.1.0",
    )


def run(options: argparse.Namespace) -> None:
    """Replaces the bundle, and prints what it is now."""
    # Keras takes seconds to import; --help and a typo need not wait for it.
    from soundpost_training.bundle.stream import stream_bundle  # noqa: PLC0415 - see above

    bundle = stream_bundle(options.bundle, options.release)
    manifest = bundle.manifest
    report.print(
        f"bundle: {bundle.folder}: {manifest.id} {manifest.version}, a model of "
        f"{manifest.model.bytes:,} bytes",
        soft_wrap=True,
    )
