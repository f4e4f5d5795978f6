"""Cells of tables."""

import os
from datetime import UTC, datetime

import pytest
from archive_rows import HOSTILE, ONSET_NS
from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.tables.cells import csv_text, decimal, iso_utc, tab_text

NOT_UTF8 = os.fsdecode(b"n\xe4chtlich.wav")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＠"])  # noqa: RUF001 - wide on purpose
def test_a_cell_that_could_be_a_formula_gets_an_apostrophe(start: str) -> None:
    """A spreadsheet then shows it as text."""
    assert csv_text(f"{start}1+1") == f"'{start}1+1"


@given(st.text() | st.sampled_from(HOSTILE))
def test_removing_one_apostrophe_restores_every_text(text: str) -> None:
    """No text is lost, those that began with an apostrophe included."""
    assert csv_text(text).removeprefix("'") == text
    assert csv_text(text)[:1] not in set("=+-@\t\r\n")


@given(st.text(st.characters()) | st.sampled_from(HOSTILE))
def test_a_cell_between_tabs_has_neither_tabs_nor_line_breaks(text: str) -> None:
    """It stays one cell of one line, for readers that take any line break of Unicode."""
    assert len(f"{tab_text(text)}x".splitlines()) == 1
    assert "\t" not in tab_text(text)
    tab_text(text).encode()


def test_a_name_that_is_not_utf8_is_written_with_escapes() -> None:
    """The table stays valid UTF-8."""
    assert csv_text(NOT_UTF8) == tab_text(NOT_UTF8) == r"n\xe4chtlich.wav"


def test_a_missing_text_is_an_empty_cell() -> None:
    """A bundle may have no common names."""
    assert csv_text(None) == tab_text(None) == iso_utc(None) == ""


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1, "0.100000"),
        (-0.0, "0.000000"),
        (-1e-9, "0.000000"),
        (1e16, "10000000000000000.000000"),
    ],
)
def test_a_number_has_six_decimals_and_no_exponent(number: float, text: str) -> None:
    """Zero has no sign."""
    assert decimal(number) == text


def test_a_time_has_nanoseconds_in_utc() -> None:
    """It is exact."""
    assert iso_utc(ONSET_NS) == "2025-10-26T02:30:00.123456789Z"


@given(st.integers(-(2**62), 2**62))
def test_a_time_can_be_read_back(utc_ns: int) -> None:
    """Python reads its microseconds, before 1970 too; the rest are its last digits."""
    text = iso_utc(utc_ns)
    whole = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)
    microseconds = (whole.days * 86_400 + whole.seconds) * 1_000_000 + whole.microseconds
    assert microseconds * 1_000 + int(text[-4:-1]) == utc_ns
