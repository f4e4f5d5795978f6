"""The time of origination in the chunk `bext` of Broadcast Wave (EBU Tech 3285)."""

import re

from soundpost.archive.times.timestamp import Timestamp, make_timestamp

_DATE_OFFSET = 256 + 32 + 32
"""Description, originator and its reference stand before the date."""

_DATE_BYTES, _TIME_BYTES = 10, 8

_ORIGINATION = re.compile(
    r"(\d{4})[-_:./ ](\d\d)[-_:./ ](\d\d)(\d\d)[-_:./ ](\d\d)[-_:./ ](\d\d)", re.ASCII
)
"""Date and time side by side; the standard recommends `-` and `:`, and allows the others."""


def read_broadcast(metadata: bytes) -> Timestamp | None:
    """Returns the local time of origination, or None. The standard has no field for an offset.

    Args:
        metadata: The body of the chunk `bext`.
    """
    field = metadata[_DATE_OFFSET : _DATE_OFFSET + _DATE_BYTES + _TIME_BYTES]
    match = _ORIGINATION.fullmatch(field.decode("ascii", errors="replace"))
    return make_timestamp(match.groups()) if match else None
