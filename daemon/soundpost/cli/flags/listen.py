"""The flags of `soundpost listen`."""

from collections.abc import Callable
from pathlib import Path

from soundpost.cli.flags.values import positive_seconds, threshold
from soundpost.cli.models.parser import week
from soundpost.cli.options import add_configuration
from soundpost.command_parser import CommandParser

EXAMPLES = """\
examples:
  soundpost listen night.wav                       one line of JSON for each state of an event
  soundpost listen --summary recordings/           a table: events, seconds, best score
  soundpost listen --scores dawn.flac              what was near, but below its threshold
  soundpost listen --threshold 0.3 night.wav       more events, more false ones
  soundpost listen --threshold siren=0.8 night/    one label (or group) only; can be repeated
  soundpost listen --include dog,security --summary night/
  soundpost listen --details out/ dog.wav          scores over time, spectrogram, tables, sound
  soundpost listen night/ | jq -r 'select(.state == "confirmed") | [.clip, .label] | @tsv'

A folder is searched with all folders below it, in the order of the names. A file in it that is
not sound is skipped, and named. Times count from the start of each file, as from 1970.
Exit status: 0 all files were read, damaged ones as far as possible; 1 one could not, or none was.
"""


def add_listen(add: Callable[[str, str, str], CommandParser]) -> None:
    """Adds the command.

    Args:
        add: Adds a command of a name with a summary and examples.
    """
    listen = add("listen", "print the detections in files and folders; no broker", EXAMPLES)
    place = ("latitude", "longitude")
    add_configuration(listen, "channel", "node", *place, "bundle", "include", "exclude")
    listen.add_argument(
        "files", nargs="+", type=Path, metavar="PATH", help="files (WAV, FLAC, …) and folders"
    )
    listen.add_argument(
        "--threshold",
        type=threshold,
        action="append",
        metavar="[LABEL=]SCORE",
        help="the score from 0 to 1 that starts an event, for this run: of all labels, or of a "
        "label or group; can be repeated",
    )
    listen.add_argument(
        "--week",
        type=week,
        metavar="N",
        help="detect only labels that occur at the place in this week of the year, 1 to 48",
    )
    listen.add_argument(
        "--summary",
        action="store_true",
        help="a table for each label instead of JSON lines: events, seconds, best score",
    )
    listen.add_argument(
        "--scores",
        action="store_true",
        help="a table of the labels that came nearest to their threshold without an event",
    )
    listen.add_argument(
        "--json",
        action="store_true",
        help="JSON lines too: with a table these are on stdout, and the table on stderr",
    )
    listen.add_argument(
        "--first",
        type=positive_seconds,
        metavar="SECONDS",
        help="read only the beginning of each file",
    )
    listen.add_argument(
        "--details",
        type=Path,
        metavar="DIR",
        help="of one file: write result.json, events.csv, scores.csv (scores of each window), "
        "labels.txt (for Audacity), spectrogram.png and sound.wav to this folder",
    )
