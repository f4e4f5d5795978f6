"""Tables of a FlatBuffer, with offsets that cannot be trusted."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.importer.metadata.flatbuffer import MALFORMED, MOST_ITEMS, root

# A root table at 16 with the vtable at 4: a number, a text, an absent field, a vector of tables.
SAMPLE = b"".join(
    [
        struct.pack("<I", 16),
        struct.pack("<HHHHHH", 12, 16, 4, 8, 0, 12),
        struct.pack("<iIII", 12, 7, 8, 12),
        struct.pack("<I", 3) + b"owl\0",
        struct.pack("<II", 1, 0xFFFFFFFF - 23),
    ]
)


def test_numbers_and_texts_are_read_by_their_fields() -> None:
    """An absent field has its default."""
    table = root(SAMPLE)
    assert table.number(0, "<I") == 7
    assert table.text(1) == "owl"
    assert table.number(2, "<I", default=5) == 5
    assert table.text(9) == ""
    assert table.table(2) is None


def test_an_offset_that_leads_out_of_the_data_is_refused() -> None:
    """The table of the vector is far behind the end."""
    with pytest.raises(MALFORMED):
        next(iter(root(SAMPLE).tables(3))).number(0, "<I")


def test_a_vector_of_too_many_tables_is_refused() -> None:
    """Before a table of it is read."""
    at = len(SAMPLE) - 8
    changed = SAMPLE[:at] + struct.pack("<I", MOST_ITEMS + 1) + SAMPLE[at + 4 :]
    with pytest.raises(ValueError, match="too many"):
        list(root(changed).tables(3))


def test_a_text_that_ends_behind_the_data_is_refused() -> None:
    """Its length is not what is there."""
    at = SAMPLE.index(b"owl") - 4
    with pytest.raises(ValueError, match="ends behind"):
        root(SAMPLE[:at] + struct.pack("<I", 1_000) + SAMPLE[at + 4 :]).text(1)


@given(st.binary(max_size=100), st.integers(0, 5))
def test_any_bytes_are_a_table_or_refused(data: bytes, field: int) -> None:
    """No offset is a crash, or more than one of the named exceptions."""
    try:
        table = root(data)
        table.number(field, "<I")
        table.text(field)
        list(table.tables(field))
    except MALFORMED:
        return
