"""Reads a configuration: every unknown key is an error, and every error names its key."""

from pathlib import Path
from typing import Any

import msgspec

from soundpost.config.check import check_tables, wrong_value
from soundpost.config.models import SHORT_FORM, merge_flags
from soundpost.config.paths import expand_paths
from soundpost.config.schema import Config
from soundpost.config.sources import apply_flags, refuse_both_forms, tables_of_source
from soundpost.config.toml import TomlFile, read_toml
from soundpost.errors import ConfigError

_COMMAND_LINE = "the command line"


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
    check_tables(file, Config)
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
    check_tables(given, Config)
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


def _check_paths(origin: TomlFile) -> None:
    """Raises ConfigError for a text that cannot be a path; expands `~` in the others."""
    for wrong in expand_paths(origin.tables):
        raise wrong_value(origin, wrong.key, wrong.expected, wrong.text, wrong.hint)
