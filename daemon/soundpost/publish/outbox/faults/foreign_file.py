"""Refuses a file that is not an outbox, so that nothing of another program is changed."""

import errno
import stat
from contextlib import suppress
from pathlib import Path

from soundpost.errors import ConfigError
from soundpost.publish.outbox.database import APPLICATION_ID, log_path
from soundpost.publish.outbox.faults.high_water_mark import HighWaterMark, mark_path
from soundpost.publish.outbox.location import default_outbox_path
from soundpost.sqlite.damage import DamagedFileError

_MAGIC = b"SQLite format 3\0"
_APPLICATION_ID_OFFSET = 68  # https://www.sqlite.org/fileformat.html, section 1.3
_READ_BYTES = 65_536
"""The schema is on the first page, which has at most this size."""
_OUR_TABLE = b"CREATE TABLE detections ("
_LOG_MAGICS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_LOG_VERSION = (3_007_000).to_bytes(4, "big")
"""The only version of SQLite's log (WAL) so far."""


def require_own_file(path: Path, *, has_mark: bool = True) -> None:
    """Raises an error unless the file is an outbox, perhaps damaged, or is missing or empty.

    Only bytes are read: SQLite would create files beside that of another program. A file is an
    outbox by the application id in its header, by its table, or, if these are damaged, by the
    high-water mark beside it.

    Args:
        path: The file.
        has_mark: False if the mark belongs to another file, which had this path before.

    Raises:
        ConfigError: It is the file of another program, or no regular file.
        DamagedFileError: It is an outbox whose log this version of SQLite cannot read.
        OSError: It cannot be read.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _refusal(path, "a loop of symbolic links") from error
        raise
    if not stat.S_ISREG(status.st_mode):
        raise _refusal(path, "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file")
    head, log = _read(path), _read(log_path(path))
    if not _is_own(head, log) and not (has_mark and _may_be_damaged(path, head)):
        is_database = head.startswith(_MAGIC)
        raise _refusal(path, "a database of another program" if is_database else "no outbox")
    if log[:4] in _LOG_MAGICS and log[4:8] != _LOG_VERSION:
        raise DamagedFileError("its log is of another version of SQLite")


def _is_own(head: bytes, log: bytes) -> bool:
    """Returns whether the bytes are those of an outbox, or of a file without content."""
    if not head or (_OUR_TABLE in head and b"\0" in head):  # text that quotes it has no zeros
        return True
    number = int.from_bytes(head[_APPLICATION_ID_OFFSET:][:4], "big")
    if not head.startswith(_MAGIC) or number not in {0, APPLICATION_ID}:
        return False
    # No table yet, or all of them are in the log.
    return number == APPLICATION_ID or (not _has_schema(head) and (not log or _OUR_TABLE in log))


def _may_be_damaged(path: Path, head: bytes) -> bool:
    """Returns whether an outbox was at this path, and no other database is."""
    if head.startswith(_MAGIC) and _has_schema(head):
        return False
    mark = HighWaterMark(mark_path(path))
    with suppress(OSError):
        mark.read()
    return mark.bound > 0 or path == default_outbox_path()  # that folder is the service's own


def _has_schema(head: bytes) -> bool:
    return b"CREATE " in head


def _read(path: Path) -> bytes:
    """Returns the first bytes of a file; none if it is missing or no regular file."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(_READ_BYTES)


def _refusal(path: Path, kind: str) -> ConfigError:
    return ConfigError(
        f"mqtt.outbox: expected an outbox of soundpost or a new file, got {kind}: {path}",
        hint="name another file in mqtt.outbox, or move this one away; nothing was changed",
    )
