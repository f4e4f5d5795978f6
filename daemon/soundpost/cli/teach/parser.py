"""The flags of `soundpost teach`."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

from soundpost.cli.options import add_configuration
from soundpost.command_parser import CommandParser

EXAMPLES = """\
examples:
  soundpost teach gate_bell bell/                  ten clips of the sound, in a folder
  soundpost teach gate_bell bell/ --not radio/ cat.wav      what it must not be mistaken for
  soundpost teach gate_bell bell/ --dry-run                 how good it would be
  soundpost teach gate_bell bell/ --background night.flac   an hour of the place without it
  soundpost teach gate_bell --again                with the verdicts of soundpost review
  soundpost teach gate_bell --again new.wav --not door.wav
  soundpost teach gate_bell --suggest 5            the events whose verdict would help most
  soundpost teach gate_bell --undo                 back to the version before
  soundpost teach gate_bell --remove
  soundpost teach gate_bell --export garden        a folder for soundpost-train quick
  soundpost teach --list

Clips are files of any format; a folder is searched with all folders below it. Ten clips, recorded
on different occasions, are a good beginning. docs/TEACHING.md leads through it.
Exit status: 0 taught; 1 refused, or something failed; 2 wrong usage; 78 wrong configuration.
"""

MOST_EVENTS_PER_HOUR = 3_600.0
LARGEST_COUNT = 1_000


def add_teach(add: Callable[[str, str, str], CommandParser]) -> None:
    """Adds the command.

    Args:
        add: Adds a command with its name, its summary and its examples.
    """
    parser = add("teach", "teach this node a new sound, from ten clips of it", EXAMPLES)
    add_configuration(parser, "bundle")
    parser.add_argument(
        "label", nargs="?", metavar="LABEL", help="the new label, such as gate_bell"
    )
    parser.add_argument(
        "clips", nargs="*", type=Path, metavar="CLIP", help="clips of it, files and folders"
    )
    parser.add_argument(
        "--not",
        nargs="+",
        type=Path,
        action="extend",
        default=[],
        dest="others",
        metavar="CLIP",
        help="clips of other sounds, that it must not be mistaken for",
    )
    parser.add_argument(
        "--background",
        nargs="+",
        type=Path,
        action="extend",
        default=[],
        metavar="PATH",
        help="recordings of the place without the sound, beside what the service has stored",
    )
    parser.add_argument(
        "--budget",
        type=_budget,
        default=None,
        metavar="N",
        help="false events an hour that it may give (default: 0.5)",
    )
    parser.add_argument(
        "--keep-sounds",
        action="store_true",
        help="keep a copy of the clips with the head, to teach it again on another model",
    )
    parser.add_argument("--dry-run", action="store_true", help="measure it, and store nothing")
    parser.add_argument(
        "--store", type=Path, metavar="FILE", help="the verdicts of `soundpost review`"
    )
    actions = parser.add_mutually_exclusive_group()
    actions.add_argument(
        "--again",
        nargs="*",
        metavar="CLIP",
        help="teach it again: with its earlier clips, the verdicts of soundpost review, and these",
    )
    for name, text in (
        ("undo", "go back to the version before"),
        ("list", "list the labels that were taught"),
        ("remove", "remove the label, with all its versions"),
    ):
        actions.add_argument(f"--{name}", action="store_true", dest=f"is_{name}", help=text)
    actions.add_argument(
        "--suggest", type=_count, metavar="N", help="list the N events whose verdict helps most"
    )
    actions.add_argument(
        "--export", type=Path, metavar="FOLDER", help="write its clips for `soundpost-train quick`"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def _budget(text: str) -> float:
    """Parses false events an hour.

    Raises:
        ArgumentTypeError: It is not a number above 0.
    """
    try:
        budget = float(text)
    except ValueError:
        budget = math.nan
    if not 0.0 < budget <= MOST_EVENTS_PER_HOUR:
        raise argparse.ArgumentTypeError(
            f"expected events an hour, above 0 and at most {MOST_EVENTS_PER_HOUR:g}, got {text!r}"
        )
    return budget


def _count(text: str) -> int:
    """Parses a number of events.

    Raises:
        ArgumentTypeError: It is not a whole number from 1 on.
    """
    if (
        text.isdecimal()
        and len(text) <= len(str(LARGEST_COUNT))
        and 1 <= int(text) <= LARGEST_COUNT
    ):
        return int(text)
    raise argparse.ArgumentTypeError(
        f"expected a number of events from 1 to {LARGEST_COUNT}, got {text!r}"
    )
