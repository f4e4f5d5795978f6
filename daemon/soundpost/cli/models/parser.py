"""The flags of `soundpost bundles` and `soundpost labels`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from soundpost.cli.options import add_configuration
from soundpost.command_parser import CommandParser

WEEKS = 48
"""As `soundpost.classify.range` has it, whose import would take longer than all of `--help`."""


def add_models(add: Callable[[str, str, str], CommandParser]) -> None:
    """Adds both commands.

    Args:
        add: Adds a command with its name, its summary and its examples.
    """
    bundles = add(
        "bundles",
        "list the models that are installed",
        "examples:\n  soundpost bundles\n  soundpost bundles --json | jq -r '.[].name'\n\n"
        "A name can be given to --bundle. Models of your own are found in the folder\n"
        "$SOUNDPOST_MODELS, or by a path with a slash.\n",
    )
    bundles.add_argument(
        "--config", type=Path, metavar="FILE", help="its heads.folder has the labels of this node"
    )
    bundles.add_argument("--json", action="store_true", help="one JSON array")
    labels = add(
        "labels",
        "list what a model can detect, and from which score on",
        "examples:\n  soundpost labels --bundle /srv/models/garden\n"
        "  soundpost labels --config /etc/soundpost/soundpost.toml    with your thresholds\n"
        "  soundpost labels --bundle birds --latitude 52.5 --longitude 13.4 --range\n"
        "  soundpost labels --bundle birds --latitude 52.5 --longitude 13.4 --week 18\n",
    )
    add_configuration(labels, "latitude", "longitude", "bundle")
    labels.add_argument(
        "--range",
        action="store_true",
        dest="shows_range",
        help="mark the labels that occur at the place this week",
    )
    labels.add_argument(
        "--week", type=week, metavar="N", help=f"the same for another week, 1 to {WEEKS}"
    )
    labels.add_argument("--json", action="store_true", help="one JSON array")


def week(text: str) -> int:
    """Parses a week of the year.

    Raises:
        ArgumentTypeError: It is not a whole number from 1 to 48.
    """
    if text in {str(number) for number in range(1, WEEKS + 1)}:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"expected a week from 1 to {WEEKS}, four in each month, got {text!r}"
    )
