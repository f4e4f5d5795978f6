"""Lists of names in files: one name a line, named as `@FILE` in a list of the configuration."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from soundpost.errors import ConfigError
from soundpost.system.regular_file import read_regular

PREFIX = "@"
LARGEST_FILE_BYTES = 1_000_000
"""Four times the labels of BirdNET 2.4, each with both names."""

_COMMENT = re.compile(r"(^|\s)#.*")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""Control characters except the tab and the line feed: the file is not a list of names."""


def expand_files(names: Iterable[str], where: str) -> list[str]:
    """Returns the names of a list, with those of a file in place of each `@FILE`.

    Args:
        names: Names and files.
        where: The origin and the key of the list, for the error.

    Raises:
        ConfigError: A file cannot be read, is not text in UTF-8, or has no name.
    """
    return list(_expanded(names, where))


def _expanded(names: Iterable[str], where: str) -> Iterator[str]:
    for name in names:
        if not name.startswith(PREFIX):
            yield name
        else:
            yield from _read(name.removeprefix(PREFIX), where)


def _read(name: str, where: str) -> list[str]:
    """Returns the names in a file; blank lines and what follows `#` are left out."""
    hint = f"write {PREFIX} before the path of a text file in UTF-8, with one name a line"
    path = Path(name)
    try:
        path = Path(os.path.expanduser(name))  # noqa: PTH111 - Path raises without a home
        content = read_regular(path, LARGEST_FILE_BYTES)
    except (OSError, ValueError) as error:  # a zero byte after ~ is a ValueError
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"{where}: {str(path)!r} cannot be read: {reason}", hint=hint) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{where}: {path}: expected text in UTF-8, got the byte "
            f"0x{error.object[error.start]:02x} (line {number})",
            hint=hint,
        ) from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        if _NO_TEXT.search(line):
            raise ConfigError(
                f"{where}: {path}: expected text, got a control character (line {number})",
                hint=hint,
            )
    names = [" ".join(_COMMENT.sub("", line).split("\t")).strip() for line in lines]
    if not any(names):
        raise ConfigError(f"{where}: {path} names no label", hint=hint)
    return [name for name in names if name]
