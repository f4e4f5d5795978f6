"""Times in GUANO metadata."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.times.guano import read_guano
from soundpost.archive.times.timestamp import Timestamp

LOCAL = datetime(2025, 10, 26, 2, 30)  # noqa: DTZ001 - local time


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-10-26T02:30:00", Timestamp(LOCAL)),
        ("2025-10-26T02:30:00Z", Timestamp(LOCAL, timedelta(0))),
        ("2025-10-26T02:30:00+01:00", Timestamp(LOCAL, timedelta(hours=1))),
        ("2025-10-26T02:30:00-03:30", Timestamp(LOCAL, timedelta(hours=-3, minutes=-30))),
        ("2025-10-26 02:30:00 +0100", Timestamp(LOCAL, timedelta(hours=1))),
        (
            "2025-10-26T02:30:00.123456789Z",
            Timestamp(LOCAL.replace(microsecond=123_456), timedelta()),
        ),
        ("2025-10-26", None),
        ("2025-10-26T02:30Z", None),
        ("2025-10-26T02:30:00+25:00", None),
        ("2025-10-26T02:30:00+01:75", None),
        ("2025-10-26T02:61:00Z", None),
        ("0000-00-00T00:00:00", None),
        ("", None),
    ],
)
def test_a_timestamp_is_iso_8601_to_the_second(value: str, expected: Timestamp | None) -> None:
    """Anything less is no time, and an impossible offset makes the whole line invalid."""
    assert read_guano(f"GUANO|Version: 1.0\nTimestamp: {value}\nTE: 1\n".encode()) == expected


@pytest.mark.parametrize(
    "metadata",
    [
        b"Timestamp:2025-10-26T02:30:00",
        b"\xef\xbb\xbfTimestamp:2025-10-26T02:30:00\n",
        b"GUANO|Version:1.0\r\nTimestamp: 2025-10-26T02:30:00\r\n",
        b"Note: M\xfcnchen\xff\xfe\n  Timestamp : 2025-10-26T02:30:00  \n",
        b"Timestamp:2025-10-26T02:30:00\0\0\0\0",
        b"Timestamp: unknown\nTimestamp:2025-10-26T02:30:00\n",
        b"Note: Timestamp: 1999-01-01T00:00:00\nTimestamp:2025-10-26T02:30:00",
    ],
)
def test_untidy_metadata_is_read(metadata: bytes) -> None:
    """A byte order mark, other line ends, Latin-1 elsewhere, padding, an invalid line before."""
    assert read_guano(metadata) == Timestamp(LOCAL)


def test_utf_16_and_other_keys_give_none() -> None:
    """The specification has UTF-8 only, and keys with a namespace are other fields."""
    assert read_guano("Timestamp:2025-10-26T02:30:00".encode("utf-16")) is None
    assert read_guano(b"WA|Timestamp:2025-10-26T02:30:00") is None


@given(metadata=st.binary(max_size=300))
def test_garbage_never_raises(metadata: bytes) -> None:
    """It has no time: with and without the key before it."""
    assert read_guano(metadata) is None
    read_guano(b"Timestamp:" + metadata)
