"""Reads a TOML file, and finds the lines of its keys."""

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from soundpost.errors import ConfigError
from soundpost.system.regular_file import read_regular

LARGEST_FILE_BYTES = 1_000_000
"""A hundred times the file that comes with the package, which has every key with a comment."""

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?\Z")
_KEY = re.compile(r"\s*([A-Za-z0-9_\-.\"' ]+?)\s*=")


class TomlFile(msgspec.Struct, frozen=True):
    """A TOML file, or values of another origin.

    Attributes:
        name: The path of the file, or the origin, for errors.
        tables: The tables with their values.
        text: The text of the file; empty for values of another origin.
    """

    name: str
    tables: dict[str, Any]
    text: str = ""

    def line_of(self, name: str) -> int | None:
        """Returns the line in which a key or its table is set; None if it is not found.

        tomllib reports no positions of values, so the text is searched. Keys in the middle of a
        line, within an inline table, are found by the key that begins the line.

        Args:
            name: The full name, as in `decide.schedules[0].from`.
        """
        table, counts, found = "", dict[str, int](), None
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := _HEADER.match(line):
                table = _numbered(_plain(header[2]), counts)
                if header[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    table = f"{table}[{counts[table]}]"
                key = table
            elif assignment := _KEY.match(line):
                key = ".".join(filter(None, [table, _plain(assignment[1])]))
            else:
                continue
            if key == name:
                return number
            if found is None and name.startswith(f"{key}.") and key != table:
                found = number  # the inline table that the key stands in
        return found


def read_toml(path: Path) -> TomlFile:
    """Reads a file of TOML in UTF-8, with or without a byte order mark.

    Raises:
        ConfigError: It cannot be read, is not a file of a sensible size, or is not TOML.
    """
    try:
        content = read_regular(path, LARGEST_FILE_BYTES)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}",
            hint="name an existing file with --config, or leave --config away for the defaults",
        ) from error
    text = _decode(path, content)
    try:
        return TomlFile(str(path), tomllib.loads(text), text)
    # Besides TOMLDecodeError: numbers of thousands of digits, and thousands of nested brackets.
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{path} is not TOML: {error}", hint="strings need quotes; tables look like [mqtt]"
        ) from error


def _decode(path: Path, content: bytes) -> str:
    hint = "save the file as UTF-8 in your editor"
    if content.startswith(_UTF_16):
        raise ConfigError(f"{path} is not TOML: expected UTF-8, got UTF-16 (line 1)", hint=hint)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # `error.object` lacks the byte order mark, if there was one; it has no line break.
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{path} is not TOML: expected UTF-8, got the byte 0x{error.object[error.start]:02x} "
            f"(line {line})",
            hint=hint,
        ) from error


def _plain(name: str) -> str:
    """Returns a dotted name without quotes and blanks."""
    return re.sub(r"[\s\"']", "", name)


def _numbered(name: str, counts: dict[str, int]) -> str:
    """Returns the name of a table with the numbers of the lists that it lies in.

    `[models.decide]` belongs to the latest table `[[models]]`: `models[1].decide`.
    """
    parents, _, last = name.rpartition(".")
    table = ""
    for part in filter(None, parents.split(".")):
        table = ".".join(filter(None, [table, part]))
        table = f"{table}[{counts[table]}]" if table in counts else table
    return ".".join(filter(None, [table, last]))
