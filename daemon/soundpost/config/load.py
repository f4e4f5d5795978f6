"""Reads a configuration: every unknown key is an error, and every error names its key."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec

from soundpost.config.models import SHORT_FORM, merge_flags
from soundpost.config.name_files import expand_files
from soundpost.config.paths import expand_paths
from soundpost.config.schema import Config
from soundpost.config.sources import apply_flags, refuse_both_forms, tables_of_source
from soundpost.config.toml import TomlFile, read_toml
from soundpost.config.types import Labels, Section
from soundpost.errors import ConfigError, did_you_mean, expected_value, nearest

_COMMAND_LINE = "the command line"
_SHOWN_CHARACTERS = 60
"""Of a wrong value or an unknown key, so that an error stays one line."""


def load_config(
    path: Path | None, flags: dict[str, Any] | None = None, source: str | None = None
) -> Config:
    """Returns the configuration of a TOML file, or the defaults.

    Args:
        path: The file; None for the defaults.
        flags: Values from the command line, by table; they win over the file. A list of tables
            replaces that of the file.
        source: The name of one of the tables `[[sources]]`, whose own configuration is returned,
            without `[[sources]]`; None for the whole. A source in `flags` is such a name too,
            if the file has these tables.

    Raises:
        ConfigError: The file cannot be read, is not TOML, has an unknown key or a wrong value, or
            two values contradict each other, in the whole or in the configuration of a source.
    """
    file = read_toml(path) if path else TomlFile(_COMMAND_LINE, {})
    given = TomlFile(_COMMAND_LINE, dict(flags or {}))
    _check(file.tables, Config, "", file)
    _check_paths(file)
    refuse_both_forms(file.tables)
    if file.tables.get("sources"):
        chosen = apply_flags(file.tables, given.tables)
        source = source or chosen
    elif source is not None:
        raise ConfigError(
            f"{file.name} has no tables [[sources]], so none is named {source!r}",
            hint="leave --source away",
        )
    _check(given.tables, Config, "", given)
    _check_paths(given)
    tables = merge_flags(file.tables, given.tables)
    _refuse_both_forms(tables, file)
    config = _convert(tables, file)
    if source is not None:
        return _convert(tables_of_source(tables, source), file)
    for each in config.sources:
        _convert(tables_of_source(tables, each.name), file)
    return config


def _convert(tables: dict[str, Any], file: TomlFile) -> Config:
    try:
        return msgspec.convert(tables, Config)
    except msgspec.ValidationError as error:
        # Each value is valid by itself, so a rule between two keys is violated.
        rule, _, table = str(error).partition(" - at `$.")
        where = f"[{table.rstrip('`')}] " if table else ""
        raise ConfigError(
            f"{file.name}: {where}{rule}",
            hint="docs/CONFIG.md lists which keys go together",
        ) from error


def _refuse_both_forms(tables: dict[str, Any], file: TomlFile) -> None:
    """Raises ConfigError if the short form of one model stands beside `[[models]]`."""
    if not tables.get("models"):
        return
    for name, remedy in SHORT_FORM.items():
        if name in tables:
            line = file.line_of(name)
            raise ConfigError(
                f"{file.name}: expected either [{name}], for one model, or [[models]], got both"
                f"{f' (line {line})' if line else ''}",
                hint=remedy,
            )


def _check(value: object, kind: Any, name: str, origin: TomlFile) -> None:  # noqa: ANN401 - a type form
    """Raises ConfigError, with the full name of the key, for an unknown key or a wrong value.

    In lists of labels, names take the place of the files that hold them.
    """
    if get_origin(kind) is dict:
        for key, inner in _table(value, name, origin).items():
            _check(inner, get_args(kind)[1], f"{name}.{key}", origin)
    elif get_origin(kind) is list and issubclass(get_args(kind)[0], Section):
        for number, inner in enumerate(_tables(value, name, origin)):
            _check(inner, get_args(kind)[0], f"{name}[{number}]", origin)
    elif isinstance(kind, type) and issubclass(kind, Section):
        kinds = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
        for key, inner in _table(value, name, origin).items():
            full_name = f"{name}.{key}".lstrip(".")
            if key not in kinds:
                line = origin.line_of(full_name)
                where = f"{origin.name}, line {line}" if line else origin.name
                raise ConfigError(
                    f"{where}: unknown key {_shortened(full_name)}",
                    hint=_guess(full_name, list(kinds)),
                )
            _check(inner, kinds[key], full_name, origin)
    else:
        try:
            msgspec.convert(value, kind)
        except (msgspec.ValidationError, UnicodeEncodeError) as error:
            # A flag that is not UTF-8 arrives with surrogates, which msgspec cannot encode.
            raise _wrong_value(
                origin,
                name,
                expected_value(kind, error),
                value,
                "docs/CONFIG.md lists every key with its type and default",
            ) from error
        if isinstance(value, list) and Labels in (kind, *get_args(kind)):
            value[:] = expand_files(value, f"{origin.name}: {name}")


def _check_paths(origin: TomlFile) -> None:
    """Raises ConfigError for a text that cannot be a path; expands `~` in the others."""
    for wrong in expand_paths(origin.tables):
        raise _wrong_value(origin, wrong.key, wrong.expected, wrong.text, wrong.hint)


def _wrong_value(
    origin: TomlFile, name: str, expected: str, value: object, hint: str
) -> ConfigError:
    line = origin.line_of(name)
    return ConfigError(
        f"{origin.name}: {_shortened(name)}: expected {expected}, got {_shown(value)}"
        f"{f' (line {line})' if line else ''}",
        hint=hint,
    )


def _table(value: object, name: str, origin: TomlFile) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    hint = f"write [{name}] on a line of its own, and its keys below"
    raise _wrong_value(origin, name, "a table", value, hint)


def _tables(value: object, name: str, origin: TomlFile) -> list[Any]:
    if isinstance(value, list):
        return value
    hint = f"write [[{name}]] on a line of its own, once for each, and its keys below"
    raise _wrong_value(origin, name, "a list of tables", value, hint)


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
    return _shortened(re.sub(r"//.*@", "//…@", repr(value)))


def _shortened(text: str) -> str:
    """Returns a text as part of one line: a quoted key may have line breaks, and any length."""
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
