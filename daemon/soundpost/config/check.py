"""Checks values against the tables of a configuration: unknown keys are errors."""

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import msgspec

from soundpost.config.name_files import expand_files
from soundpost.config.toml import TomlFile
from soundpost.config.types import Labels, Section
from soundpost.errors import ConfigError, did_you_mean, expected_value, nearest

_SHOWN_CHARACTERS = 60
"""Of a wrong value or an unknown key, so that an error stays one line."""


def check_tables(origin: TomlFile, root: type[Section], doc: str = "docs/CONFIG.md") -> None:
    """Checks all values of a file; in lists of labels, names take the place of files of names.

    Args:
        origin: The file, or values of another origin.
        root: The table of all tables.
        doc: The document that lists the keys, for hints.

    Raises:
        ConfigError: With the full name of the key, for an unknown key or a wrong value.
    """
    _Check(origin, root, doc).check(origin.tables, root, "")


def wrong_value(
    origin: TomlFile, name: str, expected: str, value: object, hint: str
) -> ConfigError:
    """Returns the error for a value, with its line."""
    line = origin.line_of(name)
    return ConfigError(
        f"{origin.name}: {_shortened(name)}: expected {expected}, got {_shown(value)}"
        f"{f' (line {line})' if line else ''}",
        hint=hint,
    )


class _Check:
    """The check of one file."""

    def __init__(self, origin: TomlFile, root: type[Section], doc: str) -> None:
        self._origin = origin
        self._root = root
        self._doc = doc

    def check(self, value: object, kind: Any, name: str) -> None:  # noqa: ANN401 - a type form
        """Checks a value and the values in it.

        Args:
            value: The value.
            kind: The type that it should have.
            name: The full name of its key.
        """
        if get_origin(kind) is dict:
            for key, inner in self._table(value, name).items():
                self.check(inner, get_args(kind)[1], f"{name}.{key}")
        elif get_origin(kind) is list and issubclass(get_args(kind)[0], Section):
            for number, inner in enumerate(self._tables(value, name)):
                self.check(inner, get_args(kind)[0], f"{name}[{number}]")
        elif isinstance(kind, type) and issubclass(kind, Section):
            self._check_section(value, kind, name)
        else:
            self._check_value(value, kind, name)

    def _check_section(self, value: object, kind: type[Section], name: str) -> None:
        kinds = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
        for key, inner in self._table(value, name).items():
            full_name = f"{name}.{key}".lstrip(".")
            if key not in kinds:
                line = self._origin.line_of(full_name)
                where = f"{self._origin.name}, line {line}" if line else self._origin.name
                raise ConfigError(
                    f"{where}: unknown key {_shortened(full_name)}",
                    hint=self._guess(full_name, list(kinds)),
                )
            self.check(inner, kinds[key], full_name)

    def _check_value(self, value: object, kind: Any, name: str) -> None:  # noqa: ANN401 - a type form
        try:
            msgspec.convert(value, kind)
        except (msgspec.ValidationError, UnicodeEncodeError) as error:
            # A flag that is not UTF-8 arrives with surrogates, which msgspec cannot encode.
            hint = f"{self._doc} lists every key with its type and default"
            expected = expected_value(kind, error)
            raise wrong_value(self._origin, name, expected, value, hint) from error
        if isinstance(value, list) and Labels in (kind, *get_args(kind)):
            value[:] = expand_files(value, f"{self._origin.name}: {name}")

    def _table(self, value: object, name: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        hint = f"write [{name}] on a line of its own, and its keys below"
        raise wrong_value(self._origin, name, "a table", value, hint)

    def _tables(self, value: object, name: str) -> list[Any]:
        if isinstance(value, list):
            return value
        hint = f"write [[{name}]] on a line of its own, once for each, and its keys below"
        raise wrong_value(self._origin, name, "a list of tables", value, hint)

    def _guess(self, unknown: str, siblings: list[str]) -> str:
        """Returns a hint for an unknown key: the nearest key of its table, else of any table."""
        table, _, key = unknown.rpartition(".")
        near = nearest(key, siblings)
        if near:
            return f"did you mean {'.'.join(filter(None, [table, near]))}?"
        elsewhere = {name.rpartition(".")[2]: name for name in _key_names(self._root, "")}
        near = nearest(key, elsewhere)
        return f"did you mean {elsewhere[near]}?" if near else did_you_mean(key, siblings)


def _key_names(section: type[Section], table: str) -> Iterator[str]:
    """Yields the full names of all keys below a table."""
    for field in msgspec.structs.fields(section):
        if isinstance(field.type, type) and issubclass(field.type, Section):
            yield from _key_names(field.type, f"{table}{field.name}.")
        else:
            yield f"{table}{field.encode_name}"


def _shown(value: object) -> str:
    """Returns a value as written, shortened, and without a possible password in a URL."""
    return _shortened(re.sub(r"//.*@", "//…@", repr(value)))


def _shortened(text: str) -> str:
    """Returns a text as part of one line: a quoted key may have line breaks, and any length."""
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
