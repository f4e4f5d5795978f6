"""The time in GUANO metadata (guano-md.org, version 1.0): lines `Key: Value` in UTF-8."""

import re
from datetime import timedelta

from soundpost.archive.times.timestamp import Timestamp, make_offset, make_timestamp

_TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?"
    r"\s*(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?",
    re.ASCII,
)
"""ISO 8601 to the second. A date alone is no time: it would become midnight."""


def read_guano(metadata: bytes) -> Timestamp | None:
    """Returns the time of the first valid `Timestamp`, or None.

    Without an offset GUANO means the local time of the recorder.

    Args:
        metadata: The body of the chunk `guan`.
    """
    text = metadata.decode("utf-8", errors="replace")
    for line in text.split("\n"):
        key, _, value = line.partition(":")
        if key.strip("\ufeff\0 \t") == "Timestamp":
            timestamp = _parse(value.strip("\0 \t\r"))
            if timestamp:
                return timestamp
    return None


def _parse(value: str) -> Timestamp | None:
    match = _TIMESTAMP.fullmatch(value)
    if not match:
        return None
    *fields, fraction, utc, sign, hours, minutes = match.groups()
    offset = timedelta(0) if utc else None
    if sign:
        offset = make_offset(sign, hours, minutes or "")
        if offset is None:
            return None
    return make_timestamp(fields, fraction or "", offset)
