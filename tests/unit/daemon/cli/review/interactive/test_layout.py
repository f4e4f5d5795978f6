"""Text in the columns of a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from soundpost.cli.review.interactive.layout import fit, spread, width, wrap_items

TEXTS = st.text(max_size=60)


@given(TEXTS, TEXTS, st.integers(0, 80))
def test_no_text_is_wider_than_its_place(left: str, right: str, columns: int) -> None:
    """Whatever its characters: wide ones, combining ones, control characters."""
    assert width(fit(left, columns)) <= columns
    line = spread(left, right, columns)
    assert width(line) <= max(columns, width(fit(right, columns)))
    assert line.isprintable()


@given(st.lists(TEXTS, max_size=12), st.integers(1, 60), st.integers(1, 4))
def test_items_fill_their_lines_and_no_more(items: list[str], columns: int, lines: int) -> None:
    """An item is never torn apart."""
    rows = wrap_items(items, columns, lines)
    assert len(rows) == lines
    assert all(width(row) <= columns and row.isprintable() for row in rows)


def test_wide_characters_take_two_columns_and_accents_none() -> None:
    """So that what is right of them stays in its column."""
    assert width("鳥a") == 3
    assert width("e\u0301") == 1
    assert fit("鳥鳥鳥", 5) == "鳥鳥…"
    assert spread("鳥", "x", 5) == "鳥  x"
    assert wrap_items(["one", "two", "three"], 8, 2) == ["one  two", "three"]
