"""Reads a configuration: every unknown key is an error, and every error names its key."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec

from soundpost.config.schema import Config
from soundpost.config.types import Section
from soundpost.errors import ConfigError, did_you_mean, expected_value, nearest

_COMMAND_LINE = "the command line"
_SHOWN_CHARACTERS = 60
"""Of a wrong value, so that an error stays one line."""


def load_config(path: Path | None, flags: dict[str, dict[str, Any]] | None = None) -> Config:
    """Returns the configuration of a TOML file, or the defaults.

    Args:
        path: The file; None for the defaults.
        flags: Values from the command line, table by table; they win over the file.

    Raises:
        ConfigError: The file cannot be read, is not TOML, has an unknown key or a wrong value, or
            two values contradict each other.
    """
    tables = _read_toml(path) if path else {}
    _check(tables, Config, "", str(path))
    _check(flags or {}, Config, "", _COMMAND_LINE)
    for name, values in (flags or {}).items():
        tables[name] = tables.get(name, {}) | values
    try:
        return msgspec.convert(tables, Config)
    except msgspec.ValidationError as error:
        # Each value is valid by itself, so a rule between two keys is violated.
        rule, _, table = str(error).partition(" - at `$.")
        raise ConfigError(
            f"{path or _COMMAND_LINE}: [{table.rstrip('`')}] {rule}",
            hint="docs/CONFIG.md lists which keys go together",
        ) from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}",
            hint="name an existing file with --config, or leave --config away for the defaults",
        ) from error
    # Besides TOMLDecodeError: bytes that are not UTF-8, numbers of thousands of digits, and
    # thousands of nested brackets.
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{path} is not TOML: {error}", hint="strings need quotes; tables look like [mqtt]"
        ) from error


def _check(value: object, kind: Any, name: str, where: str) -> None:  # noqa: ANN401 - a type form
    """Raises ConfigError, with the full name of the key, for an unknown key or a wrong value."""
    if get_origin(kind) is dict:
        for key, inner in _table(value, name, where).items():
            _check(inner, get_args(kind)[1], f"{name}.{key}", where)
    elif get_origin(kind) is list and issubclass(get_args(kind)[0], Section):
        for number, inner in enumerate(_tables(value, name, where)):
            _check(inner, get_args(kind)[0], f"{name}[{number}]", where)
    elif isinstance(kind, type) and issubclass(kind, Section):
        kinds = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
        for key, inner in _table(value, name, where).items():
            full_name = f"{name}.{key}".lstrip(".")
            if key not in kinds:
                raise ConfigError(
                    f"{where}: unknown key {full_name}", hint=_guess(full_name, list(kinds))
                )
            _check(inner, kinds[key], full_name, where)
    else:
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            raise ConfigError(
                f"{where}: {name}: expected {expected_value(kind, error)}, got {_shown(value)}",
                hint="docs/CONFIG.md lists every key with its type and default",
            ) from error


def _table(value: object, name: str, where: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ConfigError(
        f"{where}: {name}: expected a table, got {_shown(value)}",
        hint=f"write [{name}] on a line of its own, and its keys below",
    )


def _tables(value: object, name: str, where: str) -> list[Any]:
    if isinstance(value, list):
        return value
    raise ConfigError(
        f"{where}: {name}: expected a list of tables, got {_shown(value)}",
        hint=f"write [[{name}]] on a line of its own, once for each, and its keys below",
    )


def _guess(unknown: str, siblings: list[str]) -> str:
    """Returns a hint for an unknown key: the nearest key of its table, else of any table."""
    table, _, key = unknown.rpartition(".")
    near = nearest(key, siblings)
    if near:
        return f"did you mean {'.'.join(filter(None, [table, near]))}?"
    elsewhere = {name.rpartition(".")[2]: name for name in _key_names(Config, "")}
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
    text = re.sub(r"//.*@", "//…@", repr(value))
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
