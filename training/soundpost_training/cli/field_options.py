"""Command line options of the verbs that work on field folders."""

import argparse
from pathlib import Path

from soundpost_training.sources.debian.fetch import DEFAULT_CACHE

VERBS = {
    "field": "Compose a folder of annotated recordings and negatives that training holds out.",
}


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
            "--no-shared",
            action="store_true",
            help="leave out slices of UrbanSound8K whose recording is in ESC-50: for networks that "
            "were trained on all of ESC-50",
        )
