"""The start of a recording in its file name, as recorders and programs write it.

- AudioMoth: `20251026_023000.WAV`, `20251026_023000T.WAV` (triggered)
- Song Meter: `SITE_20251026_023000.wav`, `SITE_20251026$023000.wav` (a split recording)
- with an offset: `20251026_023000+0200.wav`, `20251026T023000-0330_REC.flac`
- ISO 8601 without colons: `2025-10-26T02-30-00Z.wav`
- exports of cameras: `20251026023000.mp4`

The oldest AudioMoths named files by a hexadecimal number (`5E90A4D8.WAV`). It is not read: a serial
number looks the same, and those files state the time in their comment as well.
"""

import re
from datetime import timedelta

from soundpost.archive.times.timestamp import Timestamp, make_offset, make_timestamp

_NAME_TIME = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(-?)(\d\d)\2(\d\d)"  # the date, with both hyphens or with none
    r"[T_$ -]?"
    r"(\d\d)([-:.]?)(\d\d)\6(\d\d)(?!\d)"
    r"(?:[.,]\d{1,9}(?=[Z+-]))?"
    r"(Z(?![A-Za-z0-9])|[+-]\d\d[:-]?\d\d(?!\d)|\+\d\d(?!\d))?",
    re.ASCII,
)

_HOURS_EAST = range(15)
_HOURS_WEST = range(1, 13)
_BROKEN_EAST = {"0330", "0430", "0530", "0545", "0630", "0845", "0930", "1030", "1245", "1345"}
_BROKEN_WEST = {"0230", "0330", "0930"}
OFFSETS = frozenset(
    {f"+{hours:02}00" for hours in _HOURS_EAST}
    | {f"-{hours:02}00" for hours in _HOURS_WEST}
    | {f"+{offset}" for offset in _BROKEN_EAST}
    | {f"-{offset}" for offset in _BROKEN_WEST}
)
"""Offsets in use (tz database, 2025). Other numbers behind a time, like `-0001`, count parts."""


def read_file_name(name: str) -> Timestamp | None:
    """Returns the first date and time in a file name, or None.

    Behind the time `+02` is an offset, but `-02` is not: it may be the second part of a recording.
    Fractions of a second are dropped.

    Args:
        name: The file name, without folders.
    """
    for match in _NAME_TIME.finditer(name):
        year, _, month, day, hour, _, minute, second, zone = match.groups()
        fields = (year, month, day, hour, minute, second)
        timestamp = make_timestamp(fields, offset=_offset(zone))
        if timestamp:
            return timestamp
    return None


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if zone == "Z":
        return timedelta(0)
    sign, digits = zone[0], re.sub(r"[:-]", "", zone[1:]).ljust(4, "0")
    return make_offset(sign, digits[:2], digits[2:]) if sign + digits in OFFSETS else None
