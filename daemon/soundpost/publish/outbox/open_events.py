"""Events that are not over: a run that is killed leaves them to the next one."""

import time
from collections.abc import Iterable, Mapping

import msgspec

from soundpost.events import State
from soundpost.messages.payload import DetectionMessage, decode_detection
from soundpost.publish.outbox.database import Database
from soundpost.publish.outbox.record import OutboxRecord, Row, row_of, undamaged_records
from soundpost.sqlite.damage import detecting_damage

OpenEvents = dict[str, OutboxRecord]
"""The latest message of each event that is not over, by the event's id."""

_STAMP_SECONDS = 30.0
"""The file records so often that open events still last: a write every half minute, and only while
something sounds."""
_YEAR_10000_NS = 253_402_300_800_000_000_000
SELECT_OPEN = "SELECT seq, seen_utc_ns, crc32, payload FROM open_events"
OpenRow = tuple[int, int, int, bytes]
"""`seq`, `seen_utc_ns`, `crc32` and `payload`, as in the table."""


class LeftOpenEvent(msgspec.Struct, frozen=True):
    """An event that an earlier run has started and not ended.

    Attributes:
        message: Its latest message.
        record: The same, encoded.
        seen_utc_ns: The latest time at which it is known to have lasted, nanoseconds since 1970
            UTC.
    """

    message: DetectionMessage
    record: OutboxRecord
    seen_utc_ns: int


class _EventState(msgspec.Struct, frozen=True):
    """The fields of a detection that open and close its event."""

    id: str
    state: State


class OpenEventsTable:
    """The open events in the outbox's file, changed with the messages that open and close them.

    Args:
        database: The outbox's file.

    Attributes:
        left_open: The events that were open when the file was opened, the oldest first.
        events: The events that are open after the stored messages.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seqs: set[int] = set()
        self._stamped_seconds = float("-inf")
        self.left_open: list[LeftOpenEvent] = []
        self.events: OpenEvents = {}
        if database.has_table("open_events"):
            with detecting_damage():
                self._read(database.connection.execute(f"{SELECT_OPEN} ORDER BY seq").fetchall())

    def is_due(self, open_events: OpenEvents) -> bool:
        """Returns whether these events differ from the stored ones, or should be stamped."""
        if {record.seq for record in open_events.values()} != self._seqs:
            return True
        return bool(self._seqs) and time.monotonic() - self._stamped_seconds >= _STAMP_SECONDS

    def write(self, open_events: OpenEvents) -> None:
        """Replaces the open events, and stamps them; within a transaction of the caller."""
        now_ns = time.time_ns()
        self._insert([(row_of(record), now_ns) for record in open_events.values()])

    def written(self, open_events: OpenEvents) -> None:
        """Records that the transaction with these events is on the disk."""
        self.events = open_events
        self._seqs = {record.seq for record in open_events.values()}
        self._stamped_seconds = time.monotonic()

    def take_over(self, rows: Iterable[OpenRow]) -> None:
        """Replaces the open events by the undamaged ones of another file."""
        self._read(rows)
        with self._database.transaction():
            self._insert([(row_of(event.record), event.seen_utc_ns) for event in self.left_open])

    def _insert(self, rows: Iterable[tuple[Row, int]]) -> None:
        self._database.connection.execute("DELETE FROM open_events")
        self._database.connection.executemany(
            "INSERT INTO open_events VALUES (?, ?, ?, ?)",
            ((seq, seen_ns, crc32, payload) for (seq, _, crc32, payload), seen_ns in rows),
        )

    def _read(self, rows: Iterable[OpenRow]) -> None:
        rows = list(rows)
        seen_ns = {row[0]: row[1] for row in rows if isinstance(row[1], int)}
        records = undamaged_records((seq, 0.0, crc32, data) for seq, _, crc32, data in rows)
        for record in sorted(records, key=lambda record: record.seq):
            try:
                message = decode_detection(record.payload)
            except (msgspec.DecodeError, UnicodeDecodeError):  # of another version
                continue
            seen_utc_ns = min(max(seen_ns.get(record.seq, 0), 0), _YEAR_10000_NS - 1)
            self.left_open.append(LeftOpenEvent(message, record, seen_utc_ns))
        self.events = {event.message.id: event.record for event in self.left_open}
        self._seqs = {row[0] for row in rows}


def follow(open_events: Mapping[str, OutboxRecord], records: Iterable[OutboxRecord]) -> OpenEvents:
    """Returns the events that are open after some more messages."""
    result = dict(open_events)
    for record in records:
        try:
            event = msgspec.json.decode(record.payload, type=_EventState)
        except (msgspec.DecodeError, UnicodeDecodeError):  # a summary, or of another version
            continue
        result.pop(event.id, None)
        if event.state not in {State.ENDED, State.RETRACTED}:
            result[event.id] = record
    return result
