"""File names for messages: printable, whatever bytes a name has."""

import os
import re
from pathlib import Path

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters, which a terminal would obey, and those that break or reverse a line."""


def printable(path: Path | str) -> str:
    r"""Returns a path as valid, printable text, for logs, JSON and errors.

    Bytes that are not UTF-8 and control characters are escaped: `bad\xff.wav`. Every other name
    is returned as it is.
    """
    text = os.fsencode(path).decode("utf-8", errors="backslashreplace")
    return _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
