"""The options of `soundpost-train tagging`."""

import argparse
from pathlib import Path

DESCRIPTION = """\
Trains a network whose labels have scores of their own: several sounds at once, or none of them.

Two networks of AudioSet score mixtures of recordings, and a small network learns from these scores
and from the labels of data sets. Recordings that are held out (ESC-50 fold 5, UrbanSound8K fold 10,
languages, packages) are never trained on; `evaluate --field` is for these.
"""
EPILOG = """\
Examples:
  soundpost-train tagging prepare --config training/configs/everyday.toml
  soundpost-train tagging train   --config training/configs/everyday.toml
  soundpost-train tagging export  --config training/configs/everyday.toml

Each step runs the steps before it, and finished ones are not repeated: hours for the first, minutes
for the last. Ctrl-C is safe: the same command resumes. Needs the extras teacher and open-air, and
$SOUNDPOST_DATA with esc50, urbansound8k, ambience, yamnet and mn04.
"""


def add_tagging(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb with its steps to the command line."""
    parser = verbs.add_parser(
        "tagging",
        help="train a network with a score of its own for each label",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("step", choices=("prepare", "train", "export"), help="the last step to run")
    parser.add_argument(
        "--config", type=Path, required=True, metavar="FILE", help="the experiment, a TOML file"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path("runs/cache/tagging"),
        metavar="FOLDER",
        help="packages, decoded recordings and examples; 3 GB for 100,000 (default: %(default)s)",
    )
    parser.add_argument(
        "--runs",
        type=Path,
        default=Path("runs"),
        metavar="FOLDER",
        help="checkpoints and networks (default: %(default)s)",
    )
    parser.add_argument(
        "--models",
        type=Path,
        default=Path("models"),
        metavar="FOLDER",
        help="bundles (default: %(default)s)",
    )
