"""Keeps what commands have changed over restarts and power cuts."""

import logging
import zlib
from pathlib import Path
from typing import Literal

import msgspec

from soundpost.commands.history import HistoryEntry
from soundpost.decide import MutesState, Override
from soundpost.system.atomic_file import set_aside, sync_folder, write_atomic
from soundpost.system.log_once import LogOnce
from soundpost.system.regular_file import read_regular
from soundpost.system.systemd import state_directory

FILE_NAME = "commands.json"
_LARGEST_FILE_BYTES = 4_000_000
"""More is not read. The file has at most 200 results, some mutes and an override per label."""

_log = logging.getLogger("soundpost.control")


class CommandState(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The state that one run leaves to the next (schema 1).

    Attributes:
        schema: Version of this shape.
        mutes: Muted labels, with the end of each mute; `hush` in the file.
        overrides: Thresholds and profiles that were set.
        results: Results of the latest commands, the oldest first.
    """

    schema: Literal[1] = 1
    mutes: MutesState = msgspec.field(default=MutesState(), name="hush")
    overrides: tuple[Override, ...] = ()
    results: tuple[HistoryEntry, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of the file: the state (`remembered` in the file), and its CRC-32."""

    crc32: int
    state: msgspec.Raw = msgspec.field(name="remembered")


class StateFile:
    """A file that is replaced completely or not at all.

    A damaged file is set aside and logged. If that fails, the file stays and is never written
    over: it may be all that is left of what commands had changed.

    Args:
        path: The file; None to keep nothing beyond this run.

    Attributes:
        state: The last run's; empty after the first run, and if the file cannot be read.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._failure = LogOnce(_log, logging.ERROR)
        self.state = self._read()

    def _read(self) -> CommandState:
        if self._path is None:
            return CommandState()
        try:
            return _decode(read_regular(self._path, _LARGEST_FILE_BYTES))
        except FileNotFoundError:
            return CommandState()
        except OSError as error:
            reason = f"cannot be read ({error.strerror})"
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            reason = f"is damaged ({error})"
        try:
            aside = set_aside(self._path)
        except OSError as error:
            _log.error(
                "%s %s and cannot be set aside (%s): the settings of commands are lost, and a "
                "restart undoes new ones until the file is moved away",
                self._path,
                reason,
                error.strerror,
            )
            self._path = None
        else:
            _log.error(
                "%s %s: the settings of commands are lost, and it is set aside as %s",
                self._path,
                reason,
                aside.name,
            )
        return CommandState()

    def write(self, state: CommandState) -> bool:
        """Replaces the file; returns whether the state is on the disk."""
        if self._path is None:
            return False
        raw = msgspec.json.encode(state)
        content = msgspec.json.encode(_File(zlib.crc32(raw), msgspec.Raw(raw)))
        try:
            write_atomic(self._path, content)
            sync_folder(self._path.parent)
        except OSError as error:
            self._failure.fail(
                "%s cannot be written, a restart undoes commands: %s", self._path, error.strerror
            )
            return False
        self._failure.recover()
        return True


def state_file_path() -> Path | None:
    """Returns the path of the file in systemd's state directory; None without one."""
    folder = state_directory()
    return folder / FILE_NAME if folder else None


def _decode(content: bytes) -> CommandState:
    file = msgspec.json.decode(content, type=_File)
    if zlib.crc32(bytes(file.state)) != file.crc32:
        raise msgspec.DecodeError("its checksum is wrong")
    return msgspec.json.decode(file.state, type=CommandState)
