"""A message in the outbox, and the row that it is in the file."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LARGEST_SEQ = 2**53 - 1
"""No post will ever tell so much; beyond it a number is damage, and JSON's are not exact."""

_Row = tuple[int, float, int, bytes]


@dataclass(frozen=True, slots=True)
class OutboxRecord:
    """A message and its place in the outbox.

    Attributes:
        seq: The message's number; they are sent in this order.
        payload: The message as it was encoded when it was told.
        told_at_seconds: When that was, on a monotonic clock; that of the machine's last start.
    """

    seq: int
    payload: bytes
    told_at_seconds: float


def whole_entries(rows: Iterable[_Row]) -> Iterator[OutboxRecord]:
    """The rows whose payload is the one that was written; SQLite itself does not look."""
    for seq, told_at_seconds, crc32, payload in rows:
        if isinstance(payload, bytes) and _checksum(seq, payload) == crc32:
            yield OutboxRecord(seq, payload, told_at_seconds)


def row_of(entry: OutboxRecord) -> _Row:
    """The columns of an entry, its checksum among them."""
    return entry.seq, entry.told_at_seconds, _checksum(entry.seq, entry.payload), entry.payload


def _checksum(seq: int, payload: bytes) -> int:
    return zlib.crc32(payload, seq & 0xFFFFFFFF)
