"""The spectrogram of characters."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.cli.review.interactive.spectrogram import (
    ASCII,
    SHADES,
    Style,
    draw_event_bar,
    draw_spectrogram,
)

COLOUR = Style(has_colour=True, has_unicode=True)
SHADED = Style(has_colour=False, has_unicode=True)
PLAIN = Style(has_colour=False, has_unicode=False)


def plain(line: str) -> str:
    """Returns a line without its colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", line)


@given(st.integers(0, 300), st.integers(1, 64), st.integers(1, 200), st.integers(1, 40))
def test_a_picture_has_the_size_of_its_place(
    frames: int, bands: int, columns: int, rows: int
) -> None:
    """Whatever is drawn: no frame at all, silence, or a minute."""
    log_mel = np.random.default_rng(frames).normal(size=(frames, bands)).astype(np.float32)
    for style in (COLOUR, SHADED, PLAIN):
        lines = draw_spectrogram(log_mel, columns, rows, style)
        assert len(lines) == rows
        assert {len(plain(line)) for line in lines} == {columns}


@pytest.mark.parametrize("style", [SHADED, PLAIN])
def test_a_high_tone_late_is_above_and_to_the_right(style: Style) -> None:
    """The only bright place of the picture."""
    log_mel = np.full((100, 64), -7.0, np.float32)
    log_mel[80:90, 60:64] = 3.0
    lines = draw_spectrogram(log_mel, 10, 16, style)
    assert lines[0] == " " * 8 + (SHADES if style.has_unicode else ASCII)[-1] + " "
    assert {*lines[1:]} == {" " * 10}


def test_noise_alone_has_no_bright_place() -> None:
    """The range from dark to bright has a least width."""
    log_mel = np.random.default_rng(1).normal(0.0, 0.1, (500, 64)).astype(np.float32)
    assert not {"▓", "█"} & set("".join(draw_spectrogram(log_mel, 40, 8, SHADED)))


def test_with_colours_a_character_has_two_bands() -> None:
    """The upper one in the foreground; the colours end with the line."""
    log_mel = np.zeros((4, 2), np.float32)
    log_mel[:, 1] = 9.0
    (line,) = draw_spectrogram(log_mel, 4, 1, COLOUR)
    assert line == "\x1b[38;5;226;48;5;16m▀▀▀▀\x1b[0m"


@pytest.mark.parametrize(
    ("begin", "end", "line"),
    [
        (0.0, 1.0, "=========="),
        (0.5, 0.7, "     =="),
        (0.99, 1.0, "         ="),
        (1.0, 1.0, "         ="),
    ],
)
def test_the_bar_marks_the_event(begin: float, end: float, line: str) -> None:
    """With one character at least."""
    assert draw_event_bar(10, begin, end, PLAIN) == line
