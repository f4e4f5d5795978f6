"""Bars of block characters, with marks."""

from hypothesis import given
from hypothesis import strategies as st

from soundpost.cli.watch.bar import draw_bar


@given(st.floats(-1.0, 2.0), st.integers(1, 300), st.lists(st.floats(-1.0, 2.0), max_size=3))
def test_a_bar_has_the_requested_width(share: float, width: int, marks: list[float]) -> None:
    """All marks are visible, for any share."""
    bar = draw_bar(share, width, dict.fromkeys(marks, "|"))
    assert len(bar) == width
    assert ("|" in bar) == bool(marks)


def test_a_bar_is_filled_in_proportion_to_its_share() -> None:
    """The resolution is an eighth of a character."""
    assert draw_bar(0.0, 4, {}) == "    "
    assert draw_bar(0.5, 4, {}) == "██  "
    assert draw_bar(0.53, 4, {}) == "██▏ "
    assert draw_bar(1.0, 4, {}) == "████"
    assert draw_bar(0.5, 4, {0.0: "a", 1.0: "b"}) == "a█ b"
