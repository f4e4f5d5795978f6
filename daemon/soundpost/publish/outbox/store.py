"""The outbox's file: an SQLite database whose commits are on the disk when they return."""

import os
import sqlite3
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path

from soundpost.publish.outbox.database import Database
from soundpost.publish.outbox.open_events import OpenEvents, OpenEventsTable
from soundpost.publish.outbox.record import LARGEST_SEQ, OutboxRecord, row_of, undamaged_records
from soundpost.sqlite.damage import DamagedFileError, detecting_damage

_PAGES_FREED_AT_ONCE = 256
"""1 MiB in pages of 4 KiB: a short transaction, even on a slow SD card."""
_SHORT_OF_SPACE_BYTES = 8 << 20
"""With less free space the log (WAL) is emptied after every write, so that it takes no place of
messages: it may grow to some 2 MiB."""
_INSERT = "INSERT OR IGNORE INTO detections VALUES (?, ?, ?, ?)"
SELECT = "SELECT seq, told_at_seconds, crc32, payload FROM detections"


class Store:
    """The rows that the broker has not acknowledged yet, in the order of their numbers.

    It also holds the open events, changed in the transaction of the messages that open and close
    them, and the node's retained topics. Only one thread may use it at a time.

    Args:
        path: The file; created if it is missing.

    Attributes:
        file_id: The device and the inode of the file.
        log_id: Those of its log (WAL); None if it has none yet.
        last_seq: The highest number that was ever stored in it.
        count: The number of rows.
        open_events: The table of open events.
        retained_topics: The retained topics that it holds.

    Raises:
        DamagedFileError: On opening and reading, if the content is not what was written.
        sqlite3.Error: The file cannot be used now: disk full, read-only, in use.
        OSError: It cannot be created.
    """

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        self._database = database = Database(path)
        self.file_id, self.log_id = database.file_id, database.log_id
        try:
            self.last_seq = self._find_last_seq()
            self.count = database.number("SELECT count(*) FROM detections")
            self.open_events = OpenEventsTable(database)
            self.retained_topics = self._read_retained_topics()
        except BaseException:
            self.close()
            raise
        self._page_bytes = database.number("PRAGMA page_size")

    @property
    def used_bytes(self) -> int:
        """The size of the pages with rows."""
        pages = self._database.number("PRAGMA page_count")
        return (pages - self._database.number("PRAGMA freelist_count")) * self._page_bytes

    @property
    def free_bytes(self) -> int:
        """The size of the free pages, which `shrink` gives back to the disk."""
        return self._database.number("PRAGMA freelist_count") * self._page_bytes

    def write(
        self,
        saved: Iterable[OutboxRecord],
        removed: Iterable[int],
        open_events: OpenEvents | None = None,
    ) -> None:
        """Inserts and deletes rows in one transaction; returns when it is on the disk.

        Args:
            saved: The messages to be inserted.
            removed: The numbers of the rows to be deleted.
            open_events: The events that are open after these messages; None to leave those that
                are stored.
        """
        database = self._database.connection
        with self._database.transaction():
            before = database.total_changes
            database.executemany(_INSERT, map(row_of, saved))
            added = database.total_changes - before
            database.executemany("DELETE FROM detections WHERE seq = ?", ((s,) for s in removed))
            deleted = database.total_changes - before - added
            last_seq = self._database.number("SELECT max(seq) FROM sqlite_sequence")
            if open_events is not None:
                self.open_events.write(open_events)
        self.count += added - deleted
        self.last_seq = last_seq
        if open_events is not None:
            self.open_events.written(open_events)
        if _is_short_of_space(self._folder):
            self.empty_log()

    def write_retained_topics(self, topics: AbstractSet[str]) -> None:
        """Replaces the retained topics."""
        with self._database.transaction():
            self._database.connection.execute("DELETE FROM retained_topics")
            rows = ((topic,) for topic in sorted(topics))
            self._database.connection.executemany("INSERT INTO retained_topics VALUES (?)", rows)
        self.retained_topics = frozenset(topics)

    def advance(self, seq: int) -> None:
        """Raises `last_seq` to a number that was given to a message that is not stored here."""
        database = self._database.connection
        with self._database.transaction():
            if database.execute(_INSERT, (seq, 0.0, 0, b"")).rowcount:
                database.execute("DELETE FROM detections WHERE seq = ?", (seq,))
            else:  # the row is a message, and SQLite's table of numbers is damaged
                database.execute("UPDATE sqlite_sequence SET seq = ?", (seq,))
        self.last_seq = seq

    def shrink(self) -> None:
        """Gives some free pages back to the disk."""
        with detecting_damage():
            # `execute` would free only one page: it makes one step of a statement without rows.
            script = f"PRAGMA incremental_vacuum({_PAGES_FREED_AT_ONCE})"
            self._database.connection.executescript(script)

    def empty_log(self) -> None:
        """Moves the rows of the log (WAL) into the file, if the disk has space for them."""
        with detecting_damage(), suppress(sqlite3.OperationalError):  # they stay in the log
            self._database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def read_after(self, seq: int, limit: int) -> tuple[list[OutboxRecord], list[int]]:
        """Returns the next rows after a number, and the numbers of damaged rows among them."""
        with detecting_damage():
            query = f"{SELECT} WHERE seq > ? ORDER BY seq LIMIT ?"
            rows = self._database.connection.execute(query, (seq, limit)).fetchall()
        records = list(undamaged_records(rows))
        return records, sorted({row[0] for row in rows} - {record.seq for record in records})

    def close(self) -> None:
        """Closes the file."""
        self._database.connection.close()

    def _find_last_seq(self) -> int:
        # SQLite's quick_check verifies neither names of columns nor its table of numbers.
        with detecting_damage():
            query = "SELECT payload, crc32, told_at_seconds FROM detections LIMIT 0"
            self._database.connection.execute(query)
        last_seq = max(
            self._database.number("SELECT max(seq) FROM sqlite_sequence"),
            self._database.number("SELECT max(seq) FROM detections"),
        )
        if last_seq > LARGEST_SEQ:
            raise DamagedFileError(f"a message has number {last_seq}")
        return last_seq

    def _read_retained_topics(self) -> frozenset[str]:
        if not self._database.has_table("retained_topics"):
            return frozenset()
        with detecting_damage():
            rows = self._database.connection.execute("SELECT topic FROM retained_topics")
            return frozenset(topic for (topic,) in rows if isinstance(topic, str))


def _is_short_of_space(folder: Path) -> bool:
    """Returns whether little space is left for this user on the disk of a folder."""
    try:
        status = os.statvfs(folder)
    except OSError:  # the folder was removed, which the writer notices by itself
        return False
    return status.f_bavail * status.f_frsize < _SHORT_OF_SPACE_BYTES
