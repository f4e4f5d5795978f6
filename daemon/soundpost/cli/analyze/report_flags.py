"""The flags of clips and of the report of an archive."""

import argparse

MOST_CLIPS = 1_000
"""Of each label: more than a person listens to, and a bound for memory."""


def add_report(parser: argparse.ArgumentParser) -> None:
    """Adds the flags."""
    parser.add_argument(
        "--clips",
        type=_clips,
        default=0,
        metavar="N",
        help="cut clips of the best N events of each label into FOLDER/clips, with spectrograms",
    )
    parser.add_argument(
        "--report",
        action="store_true",
        dest="has_report",
        help="write FOLDER/report.html: totals, tables over days and hours, timelines, the clips",
    )


def _clips(text: str) -> int:
    """Parses a number of clips.

    Raises:
        ArgumentTypeError: It is not a whole number from 0 on.
    """
    if text.isdecimal() and len(text) <= len(str(MOST_CLIPS)) and int(text) <= MOST_CLIPS:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"expected a number of clips of each label from 0 to {MOST_CLIPS}, got {text!r}"
    )
