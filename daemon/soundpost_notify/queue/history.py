"""The history of deliveries, as `soundpost-notify log` prints it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from soundpost.errors import ConfigError
from soundpost.sqlite.open_file import open_reader
from soundpost_notify.queue.content import Content


class Entry(NamedTuple):
    """A message and the result of its delivery.

    Attributes:
        target: The name of the target.
        state: `waiting`, `sent`, `refused`, `given up`, `withdrawn` or `dropped`.
        attempts: The attempts so far.
        error: The reason of the latest failure; empty without one.
        created_ms: When it was decided, milliseconds since 1970.
        finished_ms: When it was sent or given up; None while it waits.
        content: The message.
    """

    target: str
    state: str
    attempts: int
    error: str
    created_ms: int
    finished_ms: int | None
    content: Content


def read_history(path: Path, most: int) -> Iterator[Entry]:
    """Yields the latest messages, the oldest of them first.

    Args:
        path: The queue.
        most: The number of messages.

    Raises:
        ConfigError: There is no queue, or it cannot be read.
    """
    try:
        with open_reader(path) as connection:
            rows = connection.execute(
                "SELECT target, state, attempts, error, created_ms, finished_ms, content"
                " FROM deliveries ORDER BY id DESC LIMIT ?",
                (most,),
            ).fetchall()
    except sqlite3.Error as error:
        raise ConfigError(
            f"the queue {path} cannot be read: {error}",
            hint="run it as the user of the notifier, with the same --config; before the first "
            "start there is none",
        ) from error
    for row in reversed(rows):
        yield Entry._make([*row[:6], msgspec.json.decode(row[6], type=Content)])
