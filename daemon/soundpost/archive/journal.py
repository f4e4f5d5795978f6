"""The journal of an archive: the parts of the files that are done, by which a run goes on."""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from soundpost.archive.part import Part, decode_part, encode_part
from soundpost.archive.settings import Fingerprint, differences
from soundpost.errors import ArchiveError, ConfigError
from soundpost.system.atomic_file import write_atomic

FOLDER = ".journal"
"""Below the folder of the tables; a search for recordings leaves it out."""
_SETTINGS_FILE = "settings.json"
_LOCK_FILE = "lock"
_PARTS = "parts"
_FAN_DIGITS = 2
"""Parts lie in 256 folders, so that none has more entries than a file system lists quickly."""

_NAMED_AT_MOST = 5
"""Differences that an error names."""

_log = logging.getLogger("soundpost.archive")


class Journal:
    """The parts of the files that are done.

    A part is written whole or not at all. A file that failed has none: the next run tries it again,
    because a drive may have been away.

    Args:
        folder: Its folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: str) -> Part | None:
        """Returns the part of a file, None if it is to be analyzed."""
        path = self._path(key)
        try:
            return decode_part(path.read_bytes())
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, UnicodeDecodeError):
            _log.warning("%s is damaged: its file is analyzed again", path)
            return None
        except OSError as error:
            raise _unusable(path, error) from error

    def write(self, key: str, part: Part) -> None:
        """Stores the part of a file.

        Raises:
            ArchiveError: It cannot be stored.
        """
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, encode_part(part))
        except OSError as error:
            raise _unusable(path, error) from error

    def _path(self, key: str) -> Path:
        return self._folder / _PARTS / key[:_FAN_DIGITS] / f"{key}.json"


@contextmanager
def open_journal(out: Path, settings: Fingerprint, *, is_forced: bool) -> Iterator[Journal]:
    """Opens the journal in the folder of the tables, which no other run may use meanwhile.

    Args:
        out: The folder; it is created.
        settings: The fingerprint of this run.
        is_forced: Whether parts of other settings are removed.

    Raises:
        ConfigError: The folder has results of other settings.
        ArchiveError: Another run uses the folder, or it cannot be written to.
    """
    folder = out / FOLDER
    with ExitStack() as opening:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
            opening.callback(os.close, descriptor)
            _lock(out, descriptor)
            _begin(out, folder, settings, is_forced=is_forced)
        except OSError as error:
            raise _unusable(folder, error) from error
        yield Journal(folder)


def _lock(out: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ArchiveError(
            f"{out} is in use by another run", hint="wait for its end, or name another folder"
        ) from error


def _begin(out: Path, folder: Path, settings: Fingerprint, *, is_forced: bool) -> None:
    """Compares the settings with those of the parts, or stores them for the first ones."""
    before = _read_settings(folder)
    if before is not None and (different := differences(before, settings)):
        if not is_forced:
            more = len(different) - _NAMED_AT_MOST
            raise ConfigError(
                f"{out} has results of other settings: {'; '.join(different[:_NAMED_AT_MOST])}"
                + (f"; and {more} more" if more > 0 else ""),
                hint="name another folder, or --force to discard those results and begin again",
            )
        if (folder / _PARTS).exists():
            shutil.rmtree(folder / _PARTS)
        before = None
    if before is None:
        # After the parts: a run that ends in between finds the old settings, and asks again.
        write_atomic(folder / _SETTINGS_FILE, msgspec.json.encode(dict(settings)))


def _read_settings(folder: Path) -> Fingerprint | None:
    try:
        return msgspec.json.decode((folder / _SETTINGS_FILE).read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {"settings": "damaged"}


def _unusable(path: Path, error: OSError) -> ArchiveError:
    return ArchiveError(
        f"{error.filename or path} cannot be used: {error.strerror}",
        hint="check its owner and its mode, and free space on the disk",
    )
