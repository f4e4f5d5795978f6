"""What commands have changed, kept through restarts and power cuts."""

import logging
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from soundpost.commands.history import HistoryEntry
from soundpost.decide import MutesState, Override
from soundpost.system.atomic_file import sync_folder, write_atomic
from soundpost.system.systemd import state_directory

FILE_NAME = "commands.json"
_LARGEST_BYTES = 4_000_000
_KEPT_ASIDE = 2

_log = logging.getLogger("soundpost.control")


class CommandState(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one run leaves to the next (schema 1).

    Attributes:
        schema: Version of this shape.
        mutes: What is muted, and until when.
        overrides: Thresholds and profiles that were set.
        results: What came of the latest commands, the oldest first.
    """

    schema: Literal[1] = 1
    mutes: MutesState = msgspec.field(default=MutesState(), name="hush")
    overrides: tuple[Override, ...] = ()
    results: tuple[HistoryEntry, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: what is remembered, and its CRC-32."""

    crc32: int
    state: msgspec.Raw = msgspec.field(name="remembered")


class StateFile:
    """A file that is replaced as a whole, or not at all.

    One that cannot be read is set aside, and told of in the log. Where that fails it stays, and
    nothing is written over it: it may be all that is left of what commands had changed.

    Args:
        path: Where it lies; None to remember nothing beyond this run.

    Attributes:
        state: What the last run left; nothing after the first, and where it cannot be read.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._is_failing = False
        self.state = self._read()

    def _read(self) -> CommandState:
        if self._path is None:
            return CommandState()
        try:
            with self._path.open("rb") as file:
                return _decode(file.read(_LARGEST_BYTES))
        except FileNotFoundError:
            return CommandState()
        except OSError as error:
            reason = f"cannot be read ({error.strerror})"
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            reason = f"is damaged ({error})"
        try:
            aside = _set_aside(self._path)
        except OSError as error:
            _log.error(
                "%s %s and cannot be set aside (%s): what commands had changed is forgotten, and a "
                "restart forgets commands until it is moved away",
                self._path,
                reason,
                error.strerror,
            )
            self._path = None
        else:
            _log.error(
                "%s %s: what commands had changed is forgotten, and it is set aside as %s",
                self._path,
                reason,
                aside.name,
            )
        return CommandState()

    def write(self, state: CommandState) -> bool:
        """Remember this in place of all else; whether the disk has it."""
        if self._path is None:
            return False
        raw = msgspec.json.encode(state)
        content = msgspec.json.encode(_File(zlib.crc32(raw), msgspec.Raw(raw)))
        try:
            write_atomic(self._path, content)
            sync_folder(self._path.parent)
        except OSError as error:
            if not self._is_failing:
                _log.error(
                    "%s cannot be written, a restart forgets commands: %s",
                    self._path,
                    error.strerror,
                )
            self._is_failing = True
            return False
        self._is_failing = False
        return True


def state_file_path() -> Path | None:
    """The file in the folder that systemd gives; None without one."""
    folder = state_directory()
    return folder / FILE_NAME if folder else None


def _decode(content: bytes) -> CommandState:
    file = msgspec.json.decode(content, type=_File)
    if zlib.crc32(bytes(file.state)) != file.crc32:
        raise msgspec.DecodeError("its checksum is wrong")
    return msgspec.json.decode(file.state, type=CommandState)


def _set_aside(path: Path) -> Path:
    """Where the file lies now; of those set aside before only the latest stay.

    Raises:
        OSError: It is where it was.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    aside = path.rename(path.with_name(f"{path.name}.damaged-{stamp}"))
    for old in sorted(path.parent.glob(f"{path.name}.damaged-*Z"))[:-_KEPT_ASIDE]:
        with suppress(OSError):  # it takes a little room, and no more
            old.unlink()
    return aside
