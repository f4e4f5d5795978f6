"""The flags of `soundpost review`."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

from soundpost.cli.options import add_configuration
from soundpost.command_parser import CommandParser
from soundpost.system.printable import printable

ORDERS = ("uncertain", "score", "time", "random")
"""As `soundpost.review.queue` has them, whose import would take longer than `--help`."""
VERDICTS = ("none", "right", "wrong", "relabelled", "unsure", "any")
LARGEST_COUNT = 1_000_000
"""More events than a person reviews in a life, and fewer than a slip of the finger asks for."""

EXAMPLES = """\
examples:
  soundpost review results/ --recordings /media/card    the events of an archive
  soundpost review /var/lib/soundpost/clips             the clips of a node
  soundpost review                                      all events that were imported before
  soundpost review --label dog --min-score 0.9 --order random --seed 1
  soundpost review --suggest 50                         50 that are uncertain, and unlike each other
  soundpost review --verdict unsure                     those that you were unsure of
  soundpost review --label rain --set-all wrong         one verdict for many events
  soundpost review --undo                               take your last verdict back, or a bulk one
  soundpost review --summary                            precision of each label, with its interval
  soundpost review --export garden                      a folder for soundpost-train

Keys: space plays, y right, n wrong, 1 to 9 another label, r type a label, s or ? unsure, u undo,
arrows skip and return, q ends. Each verdict is stored at once, in the file of --store, which the
terminal and the page share. docs/REVIEW.md has more.
Exit status: 0 done, 1 something failed, 2 wrong usage, 78 wrong configuration.
"""


def add_review(add: Callable[[str, str, str], CommandParser]) -> None:
    """Adds the command.

    Args:
        add: Adds a command with its name, its summary and its examples.
    """
    parser = add("review", "say by keyboard which events are right; precision of labels", EXAMPLES)
    add_configuration(parser)
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="folders of clips, and folders of `soundpost analyze --out` (default: "
        "evidence.folder, or all events in the store)",
    )
    parser.add_argument(
        "--recordings",
        type=Path,
        metavar="DIR",
        help="the folder that was analyzed; needed once for each folder of an archive",
    )
    parser.add_argument(
        "--store",
        type=Path,
        metavar="FILE",
        help="the file of the verdicts (default: review.db in the state folder of the service, or "
        "in ~/.local/share/soundpost)",
    )
    parser.add_argument(
        "--reviewer", type=_text, default="", metavar="NAME", help="your name, for the history"
    )
    _add_choice(parser)
    actions = parser.add_mutually_exclusive_group()
    actions.add_argument("--list", action="store_true", dest="is_list", help="print the queue")
    actions.add_argument(
        "--summary",
        action="store_true",
        dest="is_summary",
        help="print the precision of each label with its 95 %% interval",
    )
    actions.add_argument(
        "--export", type=Path, metavar="FOLDER", help="write a folder for `soundpost-train`"
    )
    actions.add_argument(
        "--set-all",
        type=_text,
        metavar="VERDICT",
        help="give all events of the queue one verdict: right, wrong, unsure, or a label",
    )
    actions.add_argument(
        "--undo", action="store_true", dest="is_undo", help="take your last verdict, or bulk, back"
    )
    parser.add_argument("--json", action="store_true", help="print JSON lines (--list, --summary)")


def _add_choice(parser: argparse.ArgumentParser) -> None:
    """Adds the flags that choose and order the queue."""
    parser.add_argument(
        "--label",
        action="append",
        type=_text,
        default=[],
        dest="labels",
        metavar="LABEL",
        help="only events of this label; can be repeated",
    )
    parser.add_argument(
        "--min-score", type=_score, default=0.0, metavar="SCORE", help="only scores from here on"
    )
    parser.add_argument(
        "--verdict",
        choices=VERDICTS,
        help="only events with this verdict (default: none; of --summary, --export: any)",
    )
    parser.add_argument(
        "--order",
        choices=ORDERS,
        default="uncertain",
        help="nearest to the threshold first, highest score first, by time, or random (default: "
        "%(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the random order (default: 0)"
    )
    parser.add_argument(
        "--suggest",
        type=_count,
        metavar="N",
        help="the N events that are most worth reviewing: uncertain, and unlike each other",
    )


def _text(text: str) -> str:
    """Parses a label or a name, which the store has as UTF-8.

    Raises:
        ArgumentTypeError: It has bytes that are not UTF-8.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError(f"expected UTF-8, got {printable(text)!r}") from None
    return text


def _score(text: str) -> float:
    """Parses a score.

    Raises:
        ArgumentTypeError: It is not a number from 0 to 1.
    """
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not 0.0 <= score <= 1.0:
        raise argparse.ArgumentTypeError(f"expected a score from 0 to 1, got {text!r}")
    return score


def _count(text: str) -> int:
    """Parses a number of events.

    Raises:
        ArgumentTypeError: It is not a whole number from 1 on.
    """
    is_short = text.isdecimal() and len(text) <= len(str(LARGEST_COUNT))
    if is_short and 1 <= int(text) <= LARGEST_COUNT:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"expected a number of events from 1 to {LARGEST_COUNT}, got {text!r}"
    )
