"""The verb `heads`: figures of labels that are taught on a network that never had them."""

import argparse
from pathlib import Path

VERB = "heads"
PURPOSE = "Measure how well labels are taught: ten categories of ESC-50, by number of recordings."
EPILOG = """\
  soundpost-train heads --bundle models/everyday-forty --out heads.json
  soundpost-train heads --bundle models/everyday-forty --yamnet yamnet/yamnet_weights.tflite

The bundle must be of a network that never had the ten categories: `soundpost-train tagging export
--config training/configs/everyday-forty.toml` makes it. Figures of another one are too high.
"""
DEFAULT_RECORDINGS = (3, 5, 10, 32)


def add_to(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb and its options."""
    parser = verbs.add_parser(
        VERB,
        help=PURPOSE,
        description=PURPOSE,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--bundle", required=True, help="name or folder of the bundle")
    parser.add_argument(
        "--yamnet", metavar="FILE", help="also YAMNet's frozen embedding, of its .tflite file"
    )
    parser.add_argument(
        "--recordings",
        type=int,
        nargs="+",
        default=list(DEFAULT_RECORDINGS),
        metavar="K",
        help="recordings that a label is taught on (default: 3 5 10 32)",
    )
    parser.add_argument("--repeats", type=int, default=2, help="choices of recordings (default: 2)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write all figures as JSON")


def run(options: argparse.Namespace) -> None:
    """Measures, and prints a table."""
    # Imported here: --help and a typo need not wait for it.
    from soundpost_training.heads.report import FigureRequest, report_figures  # noqa: PLC0415 - see above

    report_figures(
        FigureRequest(
            bundle=options.bundle,
            yamnet=options.yamnet,
            recordings=tuple(options.recordings),
            repeats=options.repeats,
            out=options.out,
        )
    )
