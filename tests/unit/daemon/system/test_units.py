"""Durations as text."""

import pytest

from soundpost.system.units import clock_duration, rough_duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (12, "12 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (11_520, "3 h 12 min"),
        (86_400 * 97 + 3_600 * 5, "97 d 5 h"),
    ],
)
def test_a_rough_duration_has_its_two_largest_units(seconds: int, text: str) -> None:
    """Minutes no longer matter after days."""
    assert rough_duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0:00:00"), (59.9, "0:00:59"), (3_723.0, "1:02:03")]
)
def test_a_clock_duration_is_cut_to_the_second(seconds: float, text: str) -> None:
    """A display that counts never runs ahead."""
    assert clock_duration(seconds) == text
