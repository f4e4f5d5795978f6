"""Which commands were carried out already, and with what result."""

import hashlib
from collections.abc import Iterable

import msgspec

from soundpost.errors import PublishError
from soundpost.messages.command import Command
from soundpost.messages.result import ResultMessage, Status

REMEMBERED = 200
"""So many ids back a repetition is known for one."""


class HistoryEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command and what came of it.

    Attributes:
        digest: Tells the command from every other one with the same id.
        result: The latest.
    """

    digest: str
    result: ResultMessage


class CommandHistory:
    """The latest results by id.

    Args:
        entries: What an earlier run remembered, the oldest first. What it had only begun has
            failed.
    """

    def __init__(self, entries: Iterable[HistoryEntry] = ()) -> None:
        self._by_id = {entry.result.id: _ended(entry) for entry in entries}

    @property
    def entries(self) -> tuple[HistoryEntry, ...]:
        """What a restart must remember, the oldest first."""
        return tuple(self._by_id.values())

    def find(self, name: str, command: Command) -> ResultMessage | None:
        """What came of the command when it was carried out; None if it was not.

        Raises:
            PublishError: Its id was that of another command.
        """
        entry = self._by_id.get(command.id)
        if entry is None:
            return None
        if entry.digest != _digest(name, command):
            raise PublishError(
                f"the id {command.id!r} was that of another command",
                hint="choose a new one for each command; the same one only to ask again",
            )
        return entry.result

    def record(self, name: str, command: Command, result: ResultMessage) -> None:
        """Remember what came of it, and no more than `REMEMBERED` of all."""
        self._by_id.pop(command.id, None)
        self._by_id[command.id] = HistoryEntry(_digest(name, command), result)
        for oldest in list(self._by_id)[:-REMEMBERED]:
            del self._by_id[oldest]


def _digest(name: str, command: Command) -> str:
    said = name.encode() + msgspec.json.encode(command)
    return hashlib.blake2b(said, digest_size=16).hexdigest()


def _ended(entry: HistoryEntry) -> HistoryEntry:
    if entry.result.status is not Status.STARTED:
        return entry
    result = msgspec.structs.replace(
        entry.result,
        status=Status.FAILED,
        message="the node was started anew before it was done",
        hint="send it again, with a new id",
    )
    return HistoryEntry(entry.digest, result)
