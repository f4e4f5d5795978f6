"""The time in the comment (`ICMT` of the list `INFO`) that AudioMoth writes.

"Recorded at 02:30:00 26/10/2025 (UTC+1) by AudioMoth 24F319055FDF2902 at medium gain …", or
"… during deployment …" instead of "by". The firmwares wrote, from the oldest to the newest: no
zone, `(UTC)`, `(UTC-3)`, `(UTC-3:30)`, and then `(UTC-0:30)` too (`setHeaderComment` in
AudioMoth-Firmware-Basic).
"""

import re
from datetime import timedelta

from soundpost.archive.times.timestamp import Timestamp, make_offset, make_timestamp

_RECORDED_AT = re.compile(
    r"Recorded at (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? (\d\d)/(\d\d)/(\d{4})"
    r"( \(UTC(?:([+-])(\d{1,2})(?:: ?(\d{1,2}))?)?\))?"  # an old firmware pads minutes by a space
    r" (?=by|during)",
    re.ASCII,
)


def read_comment(comment: bytes) -> Timestamp | None:
    """Returns the time in an AudioMoth's comment, or None if it is another one.

    Args:
        comment: The body of `ICMT`.
    """
    match = _RECORDED_AT.search(comment.decode("utf-8", errors="replace"))
    if not match:
        return None
    hour, minute, second, fraction, day, month, year, zone, sign, hours, minutes = match.groups()
    offset = timedelta(0) if zone else None
    if sign:
        offset = make_offset(sign, hours, minutes or "")
        if offset is None:
            return None
    return make_timestamp((year, month, day, hour, minute, second), fraction or "", offset)
