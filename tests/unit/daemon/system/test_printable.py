"""Text from outside on a terminal: visible characters only, in one line."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.system.printable import printable, printable_lines


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("dog", "dog"),
        ("Türklingel 犬 🐕, C:\\x", "Türklingel 犬 🐕, C:\\x"),
        ("\x1b[2Jdog", "\\x1b[2Jdog"),
        ("a\nERROR soundpost: b\r\tc", "a\\nERROR soundpost: b\\r\\tc"),
        ("\x9b31m\x7f\x00", "\\x9b31m\\x7f\\x00"),
        ("dog\u202egnp.exe\u2066", "dog\\u202egnp.exe\\u2066"),
        ("a\u2028b\u200bc\ufeff", "a\\u2028b\\u200bc\\ufeff"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        (os.fsdecode(b"caf\xe9.wav"), "caf\\xe9.wav"),
    ],
)
def test_what_is_not_visible_is_escaped(text: str, printed: str) -> None:
    """Letters of any script stay as they are; control and direction marks do not."""
    assert printable(text) == printed


def test_a_long_text_is_cut() -> None:
    """A label of a megabyte does not fill the screen."""
    assert printable("x" * 100, 10) == "x" * 9 + "…"
    assert printable("x" * 10, 10) == "x" * 10


def test_lines_stay_lines() -> None:
    """A traceback keeps its line breaks."""
    assert printable_lines("a\n  b\x1b\n") == "a\n  b\\x1b\n"


@given(st.text(st.characters()))
def test_any_text_can_be_printed(text: str) -> None:
    """It is one line that every UTF-8 terminal takes."""
    printed = printable(text)
    assert printed.isprintable()
    assert printed.encode().decode() == printed
    assert printable(printed) == printed
