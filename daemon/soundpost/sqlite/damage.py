"""Tells damaged SQLite files from disks that refuse a file for now."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""SQLITE_ERROR: a table or a column is missing, because the schema is garbled."""


class DamagedFileError(Exception):
    """The file does not hold what was written to it, or is the database of another program."""


@contextmanager
def detecting_damage() -> Iterator[None]:
    """Raises DamagedFileError for the errors of SQLite that mean a broken file."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise DamagedFileError(str(error)) from error
        raise
    except UnicodeDecodeError as error:  # SQLite quotes the schema in its message
        raise DamagedFileError("its schema is garbled") from error


def is_damage(error: sqlite3.Error) -> bool:
    """Returns whether the file is broken, as opposed to a disk that refuses writes for now."""
    return any(has_code(error, code) for code in _DAMAGE)


def has_code(error: Exception, code: int) -> bool:
    """Returns whether an error has this primary result code of SQLite."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == code
