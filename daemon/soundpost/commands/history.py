"""Results of the latest commands by id, so that a repeated command is not executed twice."""

import hashlib
from collections.abc import Iterable

import msgspec

from soundpost.errors import PublishError
from soundpost.messages.command import Command
from soundpost.messages.result import CommandStatus, ResultMessage

KEPT_RESULTS = 200
"""A repeated command is recognised among the last 200 commands: more than come while a sender still
repeats one, and few enough for a file below 100 kB."""


class HistoryEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command and its latest result.

    Attributes:
        digest: Distinguishes the command from other ones with the same id.
        result: The latest.
    """

    digest: str
    result: ResultMessage


class CommandHistory:
    """Results of the latest commands by id.

    Args:
        entries: Those of an earlier run, the oldest first. Commands that were still running when
            it ended have failed.
    """

    def __init__(self, entries: Iterable[HistoryEntry] = ()) -> None:
        self._by_id = {entry.result.id: _ended(entry) for entry in entries}

    @property
    def entries(self) -> tuple[HistoryEntry, ...]:
        """All entries, the oldest first."""
        return tuple(self._by_id.values())

    def find(self, name: str, command: Command) -> ResultMessage | None:
        """Returns the result of a command that was executed before, or None.

        Raises:
            PublishError: Its id belongs to another command.
        """
        entry = self._by_id.get(command.id)
        if entry is None:
            return None
        if entry.digest != _digest(name, command):
            raise PublishError(
                f"the id {command.id!r} was that of another command",
                hint="choose a new id for each command; repeat one only to get its result again",
            )
        return entry.result

    def record(self, name: str, command: Command, result: ResultMessage) -> None:
        """Records the result of a command; drops the oldest beyond `KEPT_RESULTS`."""
        self._by_id.pop(command.id, None)
        self._by_id[command.id] = HistoryEntry(_digest(name, command), result)
        for oldest in list(self._by_id)[:-KEPT_RESULTS]:
            del self._by_id[oldest]


def _digest(name: str, command: Command) -> str:
    content = name.encode() + msgspec.json.encode(command)
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _ended(entry: HistoryEntry) -> HistoryEntry:
    if entry.result.status is not CommandStatus.STARTED:
        return entry
    result = msgspec.structs.replace(
        entry.result,
        status=CommandStatus.FAILED,
        message="the node was restarted before it was done",
        hint="send it again, with a new id",
    )
    return HistoryEntry(entry.digest, result)
