"""`soundpost-train prepare freesound`: what may be said on the command line."""

import argparse
import os
from pathlib import Path

from soundpost_training.errors import ExperimentError
from soundpost_training.freesound.api import ADDRESS, Freesound
from soundpost_training.freesound.collect import Wish, collect
from soundpost_training.freesound.licences import ASKED

PURPOSE = "Download recordings of one label from Freesound, with author and licence of each."
EPILOG = """\
  export FREESOUND_TOKEN=…       the key of https://freesound.org/apiv2/apply, free of charge
  soundpost-train prepare freesound --query "fox bark" --label fox --license cc0 by --folder wild
  soundpost-train prepare freesound --query "owl hoot" --label owl --license cc0 by --folder wild

The folder is then a data set of kind "csv", in which no uploader is in two folds, or of kind
"folders". What comes are previews, Ogg Vorbis at 192 kbit/s. Ctrl-C is safe: the same command goes
on from there. Listen to what you got: a query is no label.
"""


def add_to(prepare: argparse.ArgumentParser) -> None:
    """Adds `freesound` and its options to what may follow a verb."""
    sources = prepare.add_subparsers(dest="source", metavar="freesound", title="or download first")
    parser = sources.add_parser(
        "freesound",
        help=PURPOSE,
        description=PURPOSE,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--query", required=True, help="as you would type it on freesound.org")
    parser.add_argument("--label", required=True, help="what the recordings are of")
    parser.add_argument(
        "--license",
        required=True,
        nargs="+",
        choices=sorted(ASKED),
        help="those to take; by-nc forbids commercial use of what is trained on it",
    )
    parser.add_argument(
        "--folder", type=Path, required=True, help="gets LABEL/ID.ogg and labels.csv"
    )
    parser.add_argument("--count", type=int, default=100, help="how many (default: 100)")
    parser.add_argument(
        "--longest-seconds", type=float, default=30.0, help="pass over longer ones (default: 30)"
    )
    parser.add_argument(
        "--grouped-by",
        choices=("uploader", "clip"),
        default="uploader",
        help="what never spans two folds (default: uploader)",
    )


def run(options: argparse.Namespace) -> str:
    """What came of the wish on the command line, in a sentence."""
    wish = _wish(options)
    got = collect(_freesound(), wish)
    return (
        f"{wish.label}: {got.there} recordings in {wish.folder}, {got.new} of them new, "
        f"{len(got.left_out)} left out; labels.csv has the author and the licence of each"
    )


def _wish(options: argparse.Namespace) -> Wish:
    if options.count < 1 or options.longest_seconds <= 0:
        raise ExperimentError(
            f"--count is {options.count}, --longest-seconds {options.longest_seconds:g}",
            hint="both are greater than nothing",
        )
    return Wish(
        query=options.query,
        label=options.label,
        licences=tuple(options.license),
        folder=options.folder,
        count=options.count,
        longest_seconds=options.longest_seconds,
        grouped_by=options.grouped_by,
    )


def _freesound() -> Freesound:
    token = os.environ.get("FREESOUND_TOKEN", "").strip()
    if not token:
        raise ExperimentError(
            "FREESOUND_TOKEN is not set",
            hint="export the key that https://freesound.org/apiv2/apply gives you",
        )
    return Freesound(token, os.environ.get("FREESOUND_API", ADDRESS).rstrip("/") + "/")
