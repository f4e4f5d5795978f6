"""The flags of `soundpost analyze`."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from soundpost.cli.analyze.execution import add_execution
from soundpost.cli.analyze.report_flags import add_report
from soundpost.cli.analyze.survey_flags import add_survey
from soundpost.cli.flags.values import threshold
from soundpost.cli.options import add_configuration
from soundpost.command_parser import CommandParser

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

FORMATS = ("csv", "raven", "audacity", "kaleidoscope", "parquet", "camtrap")
"""As `soundpost.archive.tables` has them, whose import would take longer than `--help`."""
EXAMPLES = """\
examples:
  soundpost analyze /media/card --out results              every recording on an AudioMoth's card
  soundpost analyze /media/card --out results              again: goes on where it ended
  soundpost analyze card/ --out results --timezone Europe/Berlin --formats csv,raven,audacity
  soundpost analyze card/ --out results --acoustics        levels and indices of each minute, too
  soundpost analyze card/ --out results --timezone UTC --formats camtrap --location 52.52,13.41
  soundpost analyze card/ --out results --bundle everyday --bundle /srv/models/birds
  soundpost analyze card/ --out results --clips 5 --report    the best 5 of each label, and a page
  soundpost analyze card/ --out results --threshold 0.3    refused: results has other settings
  soundpost analyze card/ --out results --threshold 0.3 --force    begins again
  soundpost analyze /srv/card --out /srv/results --cluster tcp://scheduler:8786
  soundpost analyze /srv/card --out /srv/results --shard 3/40    one of 40 jobs of a batch system
  soundpost analyze /srv/card --out /srv/results                 after all 40: writes the tables

FOLDER gets detections.jsonl (a line of JSON for each event), recordings.csv (a row for each file,
with the reason for those that were left out), the tables of --formats, clips/ and report.html if
they are requested, and .journal/, by which a run goes on. End it by Ctrl-C whenever you like: what
is done stays, and at most one file of each worker is done again. A file that cannot be read, or
that crashes its worker, is left out and named, and tried again by the next run. The tables do not
depend on the number of workers, nor on how often a run was ended. docs/ARCHIVES.md leads from a
card to a table.
Exit status: 0 all files are in the tables; 1 some were left out, or none was found; 78 the settings
are wrong, or not those of the results in FOLDER; 130 ended by Ctrl-C.
"""


def add_analyze(add: Callable[[str, str, str], CommandParser]) -> None:
    """Adds the command.

    Args:
        add: Adds a command with its name, its summary and its examples.
    """
    parser = add("analyze", "detect in folders of recordings, and write tables", EXAMPLES)
    add_configuration(parser, "channel", "bundle", "include", "exclude", "latitude", "longitude")
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="PATH", help="files (WAV, FLAC, …) and folders"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="the folder of the tables"
    )
    parser.add_argument(
        "--timezone",
        type=_zone,
        dest="zone",
        metavar="ZONE",
        help="the zone of the recorders' clocks, as Europe/Berlin or UTC, for names and headers "
        "that state no offset; without it such times are flagged",
    )
    parser.add_argument(
        "--formats",
        type=_formats,
        default=("csv",),
        metavar="LIST",
        help=f"tables besides the two: {', '.join(FORMATS)}, or none (default: csv)",
    )
    add_report(parser)
    add_survey(parser)
    parser.add_argument(
        "--threshold",
        type=threshold,
        action="append",
        metavar="[LABEL=]SCORE",
        help="the score from 0 to 1 that starts an event, for this run: of all labels, or of a "
        "label or group; can be repeated",
    )
    parser.add_argument(
        "--acoustics",
        action="store_true",
        dest="has_acoustics",
        help="write acoustics.csv: sound levels and acoustic indices of each minute",
    )
    add_execution(parser)
    parser.add_argument(
        "--force",
        action="store_true",
        dest="is_forced",
        help="discard results of other settings in FOLDER, and begin again",
    )


def _zone(text: str) -> "ZoneInfo":
    """Parses the name of a zone.

    Raises:
        ArgumentTypeError: It is not known.
    """
    # Only to read a zone: every command builds this parser.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - see above

    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(
            f"expected a zone of the tz database, as Europe/Berlin or UTC, got {text!r}"
        ) from error


def _formats(text: str) -> tuple[str, ...]:
    """Parses names of tables separated by commas.

    Raises:
        ArgumentTypeError: One is not known.
    """
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if names == ("none",):
        return ()
    if wrong := [name for name in names if name not in FORMATS]:
        raise argparse.ArgumentTypeError(
            f"expected some of {', '.join(FORMATS)}, separated by commas, or none, got {wrong[0]!r}"
        )
    return names
