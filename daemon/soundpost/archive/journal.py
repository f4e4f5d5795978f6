"""The journal of an archive: the parts of the files that are done, by which a run goes on."""

import logging
import shutil
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import msgspec

from soundpost.archive.execute.shard import Shard
from soundpost.archive.lock import lock_folder
from soundpost.archive.part import Part, decode_part, encode_part
from soundpost.archive.settings import Fingerprint, differences
from soundpost.errors import ArchiveError, ConfigError
from soundpost.system.atomic_file import write_atomic

FOLDER = ".journal"
"""Below the folder of the tables; a search for recordings leaves it out."""
_SETTINGS_FILE = "settings.json"
_PARTS = "parts"
_FAN_DIGITS = 2
"""Parts lie in 256 folders, so that none has more entries than a file system lists quickly."""

_DAMAGED: Fingerprint = {"settings": "damaged"}

_NAMED_AT_MOST = 5
"""Differences that an error names."""

_log = logging.getLogger("soundpost.archive")


class Journal:
    """The parts of the files that are done.

    A part is written whole or not at all; after a power cut the last ones may be missing. A file
    that failed has none: the next run tries it again, because a drive may have been away.

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
            # Without waiting for the disk, which would take longer than to analyze a short file.
            # After a power cut a part that is not whole is detected, and done again.
            write_atomic(path, encode_part(part), is_durable=False)
        except OSError as error:
            raise _unusable(path, error) from error

    def copy_parts(self, other: "Journal", keys: Collection[str]) -> None:
        """Stores the parts that another journal has and this one lacks.

        Args:
            other: The journal of the same settings.
            keys: The files whose parts are copied.

        Raises:
            ArchiveError: A part cannot be read or stored.
        """
        for path in other._folder.glob(f"{_PARTS}/*/*.json"):  # noqa: SLF001 - of its own class
            key = path.stem
            if key in keys and self.read(key) is None and (part := other.read(key)):
                self.write(key, part)

    def _path(self, key: str) -> Path:
        return self._folder / _PARTS / key[:_FAN_DIGITS] / f"{key}.json"


@contextmanager
def open_journal(
    out: Path, settings: Fingerprint, *, is_forced: bool, shard: Shard | None = None
) -> Iterator[Journal]:
    """Opens the journal in the folder of the tables, which no other run may use meanwhile.

    Args:
        out: The folder; it is created.
        settings: The fingerprint of this run.
        is_forced: Whether parts of other settings are removed.
        shard: The shard, beside which other shards may use the folder; None for a whole run.

    Raises:
        ConfigError: The folder has results of other settings.
        ArchiveError: Another run uses the folder, or it cannot be written to.
    """
    folder = out / FOLDER
    begin = partial(_begin, folder, settings, is_forced)
    with ExitStack() as opening:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            opening.enter_context(lock_folder(folder, shard, begin))
        except OSError as error:
            raise _unusable(folder, error) from error
        yield Journal(folder)


def _begin(folder: Path, settings: Fingerprint, is_forced: bool, is_alone: bool) -> None:  # noqa: FBT001 - a callback
    """Compares the settings with those of the parts, or stores them for the first ones."""
    before = _read_settings(folder)
    if before is not None and (different := differences(before, settings)):
        has_parts = any((folder / _PARTS).glob("*/*.json"))  # none if each file was left out
        is_bound = has_parts or before == _DAMAGED
        if not is_alone or (is_bound and not is_forced):
            more = len(different) - _NAMED_AT_MOST
            hint = "name another folder, or --force to discard those results and begin again"
            raise ConfigError(
                f"{folder.parent} has results of other settings: "
                f"{'; '.join(different[:_NAMED_AT_MOST])}"
                + (f"; and {more} more" if more > 0 else ""),
                hint=hint if is_alone else "name another folder: shards are using this one",
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
        return _DAMAGED


def _unusable(path: Path, error: OSError) -> ArchiveError:
    return ArchiveError(
        f"{error.filename or path} cannot be used: {error.strerror}",
        hint="check its owner and its mode, and free space on the disk",
    )
