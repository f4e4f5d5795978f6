"""Text in the columns of a terminal."""

import unicodedata
from collections.abc import Iterable

from soundpost.system.printable import printable

_WIDE = ("W", "F")
"""East Asian width (Unicode UAX 11): characters that take two columns."""


def width(text: str) -> int:
    """Returns the columns that a printable text takes."""
    return sum(map(_columns, text))


def fit(text: str, columns: int) -> str:
    """Returns a text made printable, cut to so many columns, with `…` where it was cut."""
    text = printable(text)
    if width(text) <= columns:
        return text
    taken, kept = 0, []
    for char in text:
        taken += _columns(char)
        if taken > columns - 1:
            break
        kept.append(char)
    return "".join(kept) + "…" * (columns > 0)


def spread(left: str, right: str, columns: int) -> str:
    """Returns two texts at both ends of a line; the left one is cut if need be."""
    right = fit(right, columns)
    room = max(0, columns - width(right) - 1)
    left = fit(left, room)
    return left + " " * (columns - width(left) - width(right)) + right


def wrap_items(items: Iterable[str], columns: int, lines: int, separator: str = "  ") -> list[str]:
    """Returns items in so many lines; what does not fit is left out."""
    rows = [""]
    for item in (fit(item, columns) for item in items):
        longer = f"{rows[-1]}{separator}{item}" if rows[-1] else item
        if width(longer) <= columns:
            rows[-1] = longer
        elif len(rows) < lines:
            rows.append(item)
        else:
            break
    return rows + [""] * (lines - len(rows))


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1
