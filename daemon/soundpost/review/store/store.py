"""The store of verdicts on events, with their history."""

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from soundpost.errors import ReviewError
from soundpost.review.event import (
    Decision,
    GivenVerdict,
    Origin,
    OriginKind,
    ReviewedEvent,
    ReviewEvent,
)
from soundpost.review.store.database import Database
from soundpost.review.store.rows import (
    INSERT,
    SELECT,
    event_row,
    read_events,
    read_given,
    read_origin,
)
from soundpost.review.store.selection import Selection
from soundpost.system.units import NANOSECONDS_PER_MILLISECOND


class ReviewStore:
    """Events and the verdicts on them.

    Verdicts are given by actions: one of a key has one event, a bulk one has many. Nothing is ever
    removed: an action that is undone stays in the history, and counts no more. Of the verdicts on
    an event, the one with the highest number of its action counts. So undoing an action restores
    what counted before it, unless a later action has a verdict on the same event.

    Several processes may use one store at once; each call is one transaction, which is on the disk
    when it returns.

    Args:
        path: The file; it is created if it is missing.

    Raises:
        ReviewError: The file cannot be used; also every method.
    """

    def __init__(self, path: Path) -> None:
        self.database = Database(path)

    def close(self) -> None:
        """Closes the file."""
        self.database.connection.close()

    def add_origin(self, kind: OriginKind, folder: Path, sounds: Path) -> Origin:
        """Stores a folder that events come from, or the new place of its sounds.

        Args:
            kind: Its kind.
            folder: Its absolute path.
            sounds: The absolute path of the folder of its sounds.
        """
        values = (str(kind), os.fsencode(folder), os.fsencode(sounds))
        with self.database.transaction() as connection:
            row = connection.execute(
                "INSERT INTO origins (kind, folder, sounds) VALUES (?, ?, ?) "
                "ON CONFLICT (kind, folder) DO UPDATE SET sounds = excluded.sounds "
                "RETURNING number",
                values,
            ).fetchone()
        return Origin(row[0], kind, folder, sounds)

    def find_origin(self, kind: OriginKind, folder: Path) -> Origin | None:
        """Returns a folder that is stored, or None."""
        query = "SELECT number AS origin, * FROM origins WHERE kind = ? AND folder = ?"
        rows = self.database.rows(query, (str(kind), os.fsencode(folder)))
        return read_origin(rows[0]) if rows else None

    def add_events(self, origin: Origin, events: Iterable[ReviewEvent]) -> int:
        """Stores events; those that are there get the new fields, and keep their verdicts.

        Returns:
            The number of events that were not there before.
        """
        with self.database.transaction() as connection:
            before = _count(connection)
            connection.executemany(INSERT, (event_row(origin.number, event) for event in events))
            return _count(connection) - before

    def events(self, selection: Selection) -> list[ReviewedEvent]:
        """Returns events with the verdicts that count for them, in the order of their ids."""
        condition, values = selection.condition()
        return read_events(self.database.rows(f"{SELECT} WHERE {condition} ORDER BY id", values))

    def event(self, event_id: str) -> ReviewedEvent:
        """Returns one event.

        Raises:
            ReviewError: There is none of that id.
        """
        found = read_events(self.database.rows(f"{SELECT} WHERE id = ?", (event_id,)))
        if not found:
            raise _unknown(event_id)
        return found[0]

    def record(self, decisions: Sequence[Decision], reviewer: str = "") -> int:
        """Stores verdicts as one action, which `undo` takes back as a whole.

        Args:
            decisions: One for each event, one at least.
            reviewer: The person; empty if no name was given.

        Returns:
            The number of the action.

        Raises:
            ReviewError: An event is not in the store; then nothing is stored.
        """
        if not decisions:
            raise ValueError("expected one verdict at least, got none")
        with self.database.transaction() as connection:
            action = connection.execute(
                "INSERT INTO actions (reviewer, given_utc_ms) VALUES (?, ?) RETURNING number",
                (reviewer, _now_ms()),
            ).fetchone()[0]
            for decision in decisions:
                values = (decision.event_id, action, str(decision.verdict), decision.label)
                try:
                    connection.execute("INSERT INTO verdicts VALUES (?, ?, ?, ?)", values)
                except sqlite3.IntegrityError as error:
                    if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
                        raise
                    raise _unknown(decision.event_id) from error
        return int(action)

    def undo(self, action: int, reviewer: str | None = None) -> list[str]:
        """Takes the verdicts of an action back; returns the ids of its events.

        Returns:
            Nothing if it was undone before, or if there is no such action, or if it is that of
            another person than `reviewer`.
        """
        with self.database.transaction() as connection:
            changed = connection.execute(
                "UPDATE actions SET undone_utc_ms = ? WHERE number = ? AND undone_utc_ms IS NULL "
                "AND (? IS NULL OR reviewer = ?)",
                (_now_ms(), action, reviewer, reviewer),
            ).rowcount
            if not changed:
                return []
            query = "SELECT event FROM verdicts WHERE action = ? ORDER BY event"
            return [event for (event,) in connection.execute(query, (action,))]

    def last_action(self, reviewer: str = "") -> int | None:
        """Returns the latest action of a person that was not undone; None if there is none."""
        query = "SELECT max(number) AS number FROM actions WHERE reviewer = ? "
        rows = self.database.rows(query + "AND undone_utc_ms IS NULL", (reviewer,))
        number: int | None = rows[0]["number"]
        return number

    def history(self, event_id: str) -> list[GivenVerdict]:
        """Returns all verdicts that were ever given on an event, the oldest first."""
        query = (
            "SELECT verdict, verdicts.label AS true_label, actions.* FROM verdicts "
            "JOIN actions ON actions.number = verdicts.action WHERE event = ? ORDER BY action"
        )
        return [read_given(row, event_id) for row in self.database.rows(query, (event_id,))]


@contextmanager
def open_store(path: Path) -> Iterator[ReviewStore]:
    """Opens a store, and closes it at the end of the context.

    Raises:
        ReviewError: As `ReviewStore`.
    """
    store = ReviewStore(path)
    try:
        yield store
    finally:
        store.close()


def _count(connection: sqlite3.Connection) -> int:
    count: int = connection.execute("SELECT count(*) FROM events").fetchone()[0]
    return count


def _unknown(event_id: str) -> ReviewError:
    return ReviewError(
        f"the store has no event {event_id}", hint="import its folder: soundpost review FOLDER"
    )


def _now_ms() -> int:
    return time.time_ns() // NANOSECONDS_PER_MILLISECOND
