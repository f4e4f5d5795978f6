"""The queue: messages by target until they are sent, each once, over restarts."""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import msgspec

from soundpost.system.rate_limit import LimitedLog
from soundpost_notify.queue.content import Content
from soundpost_notify.queue.file import QueueFile

MOST_WAITING = 2_000
"""Of a target. More are of no use on a phone; the oldest is dropped, and counted."""
_MILLISECONDS = 1_000

_log = logging.getLogger("soundpost.notify")


class Delivery(NamedTuple):
    """A message that waits for a target.

    Attributes:
        id: The number of its row.
        key: Its identity, the same at every attempt.
        target: The name of the target.
        attempts: The attempts that have failed.
        created_ms: When it was decided, milliseconds since 1970.
        content: The message.
    """

    id: int
    key: str
    target: str
    attempts: int
    created_ms: int
    content: Content


class MessageQueue:
    """The queue; every method takes the lock of its file.

    Args:
        file: The open file.
        now_seconds: The wall clock.

    Attributes:
        on_added: Called with the name of a target when a message waits for it, without the lock.
    """

    def __init__(self, file: QueueFile, *, now_seconds: Callable[[], float] = time.time) -> None:
        self._file = file
        self.on_added: Callable[[str], None] = _ignore
        self._now_seconds = now_seconds
        self._in_flight: set[int] = set()
        self._added: set[str] = set()
        self._drops = LimitedLog(_log, "%d more messages were dropped")

    @property
    def now_ms(self) -> int:
        """The time, milliseconds since 1970."""
        return round(self._now_seconds() * _MILLISECONDS)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Provides the database; what is done in the context is stored, or nothing of it.

        Raises:
            QueueError: The disk refuses it for now.
        """
        with self._file.lock:
            self._added.clear()
            with self._file.transaction() as connection:
                yield connection
            added = frozenset(self._added)
        for target in added:
            self.on_added(target)

    def add(self, connection: sqlite3.Connection, content: Content, target: str) -> None:
        """Adds a message for a target, within a transaction; one that was added before is left."""
        added = connection.execute(
            "INSERT OR IGNORE INTO deliveries (key, target, rule, node, event, kind, state,"
            " attempts, error, created_ms, content) VALUES (?, ?, ?, ?, ?, ?, 'waiting', 0, '',"
            " ?, ?)",
            (
                *(content.key(target), target, content.rule, content.node, content.event),
                *(content.kind, self.now_ms, msgspec.json.encode(content)),
            ),
        ).rowcount
        if added:
            self._added.add(target)
            self._bound(connection, target)

    def withdraw(self, connection: sqlite3.Connection, key: str) -> bool:
        """Removes a message from those that wait; returns False if it is sent or under way."""
        row = connection.execute(
            "SELECT id FROM deliveries WHERE key = ? AND state = 'waiting'", (key,)
        ).fetchone()
        if row is None or row[0] in self._in_flight:
            return False
        self._set_state(connection, row[0], "withdrawn", "")
        return True

    def claim(self, target: str) -> Delivery | None:
        """Returns the next message of a target, which is then under way; None if none waits.

        Messages that have failed less often come first, so that one that a service never takes
        does not hold up the others.

        Raises:
            QueueError: The disk refuses it for now.
        """
        with self._file.transaction() as connection:
            row = connection.execute(
                "SELECT id, key, target, attempts, created_ms, content FROM deliveries"
                " WHERE target = ? AND state = 'waiting' ORDER BY attempts, id LIMIT 1",
                (target,),
            ).fetchone()
            if row is None:
                return None
            self._in_flight.add(row[0])
        return Delivery._make([*row[:5], msgspec.json.decode(row[5], type=Content)])

    def fail(self, delivery: Delivery, error: str) -> None:
        """Records a failed attempt; the message waits again.

        Raises:
            QueueError: The disk refuses it for now; the message waits again all the same.
        """
        with self._file.lock:
            self._in_flight.discard(delivery.id)
            with self._file.transaction() as connection:
                connection.execute(
                    "UPDATE deliveries SET attempts = attempts + 1, error = ? WHERE id = ?",
                    (error, delivery.id),
                )

    def finish(self, delivery: Delivery, state: str, error: str = "") -> None:
        """Records the last attempt: `sent`, `refused` or `given up`.

        Raises:
            QueueError: The disk refuses it for now; the message stays under way.
        """
        with self._file.transaction() as connection:
            self._set_state(connection, delivery.id, state, error, attempts=1)
            self._in_flight.discard(delivery.id)

    def _set_state(
        self, connection: sqlite3.Connection, row: int, state: str, error: str, *, attempts: int = 0
    ) -> None:
        connection.execute(
            "UPDATE deliveries SET state = ?, error = ?, finished_ms = ?,"
            " attempts = attempts + ? WHERE id = ?",
            (state, error, self.now_ms, attempts, row),
        )

    def _bound(self, connection: sqlite3.Connection, target: str) -> None:
        waiting = connection.execute(
            "SELECT id FROM deliveries WHERE target = ? AND state = 'waiting'"
            " ORDER BY id DESC LIMIT -1 OFFSET ?",
            (target, MOST_WAITING),
        ).fetchall()
        for (row,) in waiting:
            if row not in self._in_flight:
                reason = f"more than {MOST_WAITING} messages waited"
                self._set_state(connection, row, "dropped", reason)
                self._drops.log("a message to %s is dropped: %s", target, reason)


def _ignore(_target: str) -> None:
    """Does nothing: no thread waits for messages."""
