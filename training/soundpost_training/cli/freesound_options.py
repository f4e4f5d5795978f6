"""The command `soundpost-train prepare freesound`: its options, and what it runs."""

import argparse
import os
from pathlib import Path

from soundpost_training.errors import ExperimentError
from soundpost_training.freesound.api import ADDRESS, Freesound
from soundpost_training.freesound.collect import CollectRequest, collect
from soundpost_training.freesound.licences import FILTER_NAMES

PURPOSE = "Download recordings of one label from Freesound, with their authors and licences."
EPILOG = """\
  export FREESOUND_TOKEN=…       the key of https://freesound.org/apiv2/apply, free of charge
  soundpost-train prepare freesound --query "fox bark" --label fox --license cc0 by --folder wild
  soundpost-train prepare freesound --query "owl hoot" --label owl --license cc0 by --folder wild

The folder is then a data set of kind "csv", in which no uploader is in two folds, or of kind
"folders". The recordings are previews: Ogg Vorbis at 192 kbit/s. Ctrl-C is safe: the same command
resumes from there. Listen to every recording before training: a search also finds other sounds.
"""


def add_to(prepare: argparse.ArgumentParser) -> None:
    """Adds the subcommand `freesound` and its options to `prepare`."""
    sources = prepare.add_subparsers(
        dest="source", metavar="freesound", title="to download recordings first"
    )
    parser = sources.add_parser(
        "freesound",
        help=PURPOSE,
        description=PURPOSE,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--query", required=True, help="text to search for, as on freesound.org")
    parser.add_argument("--label", required=True, help="label of the recordings")
    parser.add_argument(
        "--license",
        required=True,
        nargs="+",
        choices=sorted(FILTER_NAMES),
        help="licences to accept; by-nc forbids commercial use of a network trained on it",
    )
    parser.add_argument(
        "--folder", type=Path, required=True, help="folder for LABEL/ID.ogg and labels.csv"
    )
    parser.add_argument(
        "--count", type=int, default=100, help="number of recordings (default: 100)"
    )
    parser.add_argument(
        "--longest-seconds", type=float, default=30.0, help="skip longer sounds (default: 30)"
    )
    parser.add_argument(
        "--grouped-by",
        choices=("uploader", "clip"),
        default="uploader",
        help="keep the sounds of an uploader, or of a clip, in one fold (default: uploader)",
    )


def run(options: argparse.Namespace) -> str:
    """Downloads recordings as the options request, and returns a summary for the user."""
    request = _request(options)
    collected = collect(_freesound(), request)
    return (
        f"{request.label}: {collected.total} recordings in {request.folder}, {collected.new} of "
        f"them new, {len(collected.left_out)} left out; labels.csv has author and licence of each"
    )


def _request(options: argparse.Namespace) -> CollectRequest:
    if options.count < 1 or options.longest_seconds <= 0:
        raise ExperimentError(
            f"--count is {options.count}, --longest-seconds {options.longest_seconds:g}",
            hint="give both a number above 0",
        )
    return CollectRequest(
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
