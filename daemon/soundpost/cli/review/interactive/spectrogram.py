"""Draws a small spectrogram of characters: of colours, of shades, or of ASCII alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHADES = " ░▒▓█"
ASCII = " .:-=+*#%@"
UPPER_HALF = "▀"

VIRIDIS_256 = (16, 53, 54, 60, 61, 24, 31, 30, 36, 42, 78, 77, 113, 149, 185, 184, 226)
"""Numbers of the 256 colours of xterm, dark to bright, near matplotlib's viridis."""

LEAST_RANGE = 4.0
"""Nepers from dark to bright, at least, so that noise alone does not look like an event."""

RESET = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Style:
    """The abilities of a terminal.

    Attributes:
        has_colour: True if it shows colours.
        has_unicode: True if it shows block characters.
    """

    has_colour: bool
    has_unicode: bool


def draw_spectrogram(
    log_mel: NDArray[np.float32], columns: int, rows: int, style: Style
) -> list[str]:
    """Returns lines of characters, the high frequencies above.

    With colours each character is two bands, one above the other.

    Args:
        log_mel: float32[frames, mel_bands]; there may be no frame.
        columns: Characters of a line.
        rows: Lines.
        style: The abilities of the terminal.
    """
    if style.has_colour and style.has_unicode:
        levels = _levels(log_mel, columns, 2 * rows, len(VIRIDIS_256))
        return [_colour_line(levels[2 * row], levels[2 * row + 1]) for row in range(rows)]
    characters = SHADES if style.has_unicode else ASCII
    levels = _levels(log_mel, columns, rows, len(characters))
    return ["".join(characters[level] for level in line) for line in levels]


def _levels(
    log_mel: NDArray[np.float32], columns: int, rows: int, shades: int
) -> NDArray[np.int64]:
    """Returns int64[rows, columns], 0 to `shades` - 1, from the quietest 5 % to the loudest."""
    if not len(log_mel):
        return np.zeros((rows, columns), np.int64)
    # The loudest frame of a column, so that short sounds stay; the mean of the bands of a row.
    thin = np.array([part.max(axis=0) for part in _parts(log_mel, columns)])
    cells = np.array([part.mean(axis=0) for part in _parts(thin.T, rows)])[::-1]
    low, high = np.quantile(cells, [0.05, 0.999])
    high = max(high, low + LEAST_RANGE)
    levels: NDArray[np.int64] = np.clip(
        (cells - low) / (high - low) * shades, 0, shades - 1
    ).astype(np.int64)
    return levels


def _parts(array: NDArray[np.float32], count: int) -> list[NDArray[np.float32]]:
    """Returns so many parts of an array along its first axis, of one element at least."""
    length = len(array)
    begins = [at * length // count for at in range(count)]
    ends = [max(begin + 1, (at + 1) * length // count) for at, begin in enumerate(begins)]
    return [array[begin:end] for begin, end in zip(begins, ends, strict=True)]


def _colour_line(upper: NDArray[np.int64], lower: NDArray[np.int64]) -> str:
    parts = []
    before = (-1, -1)
    for pair in zip(upper.tolist(), lower.tolist(), strict=True):
        if pair != before:
            front, back = VIRIDIS_256[pair[0]], VIRIDIS_256[pair[1]]
            parts.append(f"\x1b[38;5;{front};48;5;{back}m")
            before = pair
        parts.append(UPPER_HALF)
    return "".join(parts) + RESET


def draw_event_bar(columns: int, begin_share: float, end_share: float, style: Style) -> str:
    """Returns a line that marks the event below a spectrogram.

    Args:
        columns: Characters of the line.
        begin_share: The position of the onset, 0 to 1.
        end_share: The position of the offset, 0 to 1.
        style: The abilities of the terminal.
    """
    begin = min(int(begin_share * columns), columns - 1)
    end = min(max(begin + 1, round(end_share * columns)), columns)
    mark = "━" if style.has_unicode else "="
    return " " * begin + mark * (end - begin)
