"""Draws a bar of characters, with marks on it."""

from collections.abc import Mapping

_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL = "█"


def draw_bar(share: float, width: int, marks: Mapping[float, str]) -> str:
    """Returns a bar, filled from the left to an eighth of a character.

    Args:
        share: The filled share, 0 to 1.
        width: Its length in characters, at least 1.
        marks: Characters by the share at which they stand over the bar.
    """
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    filled, rest = divmod(eighths, 8)
    bar = list((_FULL * filled + _EIGHTHS[rest]).ljust(width)[:width])
    for at, mark in marks.items():
        bar[min(int(min(max(at, 0.0), 1.0) * width), width - 1)] = mark
    return "".join(bar)
