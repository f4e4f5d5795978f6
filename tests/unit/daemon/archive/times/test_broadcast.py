"""Times of origination in Broadcast Wave."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.times.broadcast import read_broadcast
from soundpost.archive.times.timestamp import Timestamp

LOCAL = datetime(2025, 10, 26, 2, 30)  # noqa: DTZ001 - local time


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (b"2025-10-2602:30:00", Timestamp(LOCAL)),
        (b"2025/10/2602-30-00", Timestamp(LOCAL)),
        (b"2025_10_2602.30.00", Timestamp(LOCAL)),
        (b"0000-00-0000:00:00", None),
        (b"2025-10-26\0\0\0\0\0\0\0\0", None),
        (bytes(18), None),
    ],
)
def test_the_separators_of_the_standard_are_read(field: bytes, expected: Timestamp | None) -> None:
    """An empty field gives none, a date without a time neither."""
    assert read_broadcast(bytes(320) + field + bytes(264)) == expected


@given(metadata=st.binary(max_size=700))
def test_garbage_never_raises(metadata: bytes) -> None:
    """A chunk that is too short has no time."""
    assert read_broadcast(metadata) is None
