"""Command line options of the verbs that work on field folders."""

import argparse
from pathlib import Path

from soundpost_training.sources.debian.fetch import DEFAULT_CACHE

VERBS = {
    "field": "Compose a folder of annotated recordings and negatives that training holds out.",
}


def is_of_field(options: argparse.Namespace) -> bool:
    """Returns whether a command line works on field folders instead of an experiment."""
    is_calibration = options.verb == "calibrate" and options.bundle is not None
    return options.verb == "field" or is_calibration or bool(getattr(options, "field", None))


def add_options(parser: argparse.ArgumentParser, verb: str) -> None:
    """Adds the options of a verb that are about field folders."""
    if verb == "field":
        steps = parser.add_subparsers(dest="step", required=True, metavar="compose")
        step = steps.add_parser("compose", help=VERBS["field"], description=VERBS["field"])
        step.add_argument("--out", type=Path, required=True, help="folder to write it to")
        step.add_argument(
            "--debian",
            type=Path,
            default=DEFAULT_CACHE,
            help="folder of unpacked Debian packages; missing ones are downloaded by apt-get "
            "(default: %(default)s)",
        )
        step.add_argument(
            "--half",
            choices=("calibration", "evaluation"),
            help="use half of the material only: thresholds chosen on one half are evaluated on "
            "the other (default: all)",
        )
        step.add_argument(
            "--no-shared",
            action="store_true",
            help="leave out slices of UrbanSound8K whose recording is in ESC-50: for networks that "
            "were trained on all of ESC-50",
        )
    if verb == "calibrate":
        parser.add_argument(
            "--bundle",
            type=Path,
            help="choose the thresholds of this bundle (folder or name) by recordings of the field "
            "instead",
        )
        parser.add_argument(
            "--negatives",
            type=Path,
            help="with --bundle: folder of recordings without its labels, or a field folder",
        )
        parser.add_argument(
            "--annotated", type=Path, help="with --bundle: field folder with annotated sounds"
        )
        parser.add_argument(
            "--budget",
            action="append",
            metavar="PER_HOUR",
            help="with --bundle: false events an hour that each label may give; again as "
            "LABEL=NUMBER or GROUP=NUMBER for some labels",
        )
        parser.add_argument(
            "--recall",
            type=float,
            default=0.5,
            help="with --bundle: a label that finds less is off by default (default: 0.5)",
        )
        parser.add_argument(
            "--lowest-on",
            type=float,
            default=0.1,
            help="with --bundle: no threshold is lower (default: 0.1)",
        )
        parser.add_argument(
            "--out", type=Path, help="with --bundle: folder for the bundle with the thresholds"
        )
