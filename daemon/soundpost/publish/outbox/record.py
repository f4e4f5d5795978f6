"""A message in the outbox, and its row in the file."""

import zlib
from collections.abc import Iterable, Iterator

import msgspec

LARGEST_SEQ = 2**53 - 1
"""The largest integer that JSON carries exactly; a larger number in the file is damage."""

Row = tuple[int, float, int, bytes]
"""`seq`, `told_at_seconds`, `crc32` and `payload`, as in the table."""


class OutboxRecord(msgspec.Struct, frozen=True):
    """A message and its place in the outbox.

    Attributes:
        seq: The number of the message; records are sent in this order.
        payload: The message, encoded when it was appended.
        appended_at_seconds: The monotonic clock at that time; it begins with the machine's start.
    """

    seq: int
    payload: bytes
    appended_at_seconds: float


def undamaged_records(rows: Iterable[Row]) -> Iterator[OutboxRecord]:
    """Yields the rows whose checksum is right, because SQLite itself does not verify payloads.

    With a damaged schema a column holds any type. The checksum does not cover the time.
    """
    for seq, appended_at_seconds, crc32, payload in rows:
        has_types = isinstance(seq, int) and isinstance(payload, bytes)
        if has_types and _checksum(seq, payload) == crc32:
            is_time = isinstance(appended_at_seconds, float)
            yield OutboxRecord(seq, payload, appended_at_seconds if is_time else 0.0)


def row_of(record: OutboxRecord) -> Row:
    """Returns the columns of a record, with its checksum."""
    checksum = _checksum(record.seq, record.payload)
    return record.seq, record.appended_at_seconds, checksum, record.payload


def _checksum(seq: int, payload: bytes) -> int:
    return zlib.crc32(payload, seq & 0xFFFFFFFF)
