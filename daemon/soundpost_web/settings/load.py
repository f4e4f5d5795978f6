"""Reads the configuration of the page: unknown keys are errors, and errors name their key."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from soundpost.config import check_tables
from soundpost.config.toml import TomlFile, read_toml
from soundpost.errors import ConfigError
from soundpost.system.systemd import state_directory
from soundpost_web.settings.schema import WebSettings

DOC = "docs/WEB.md"
_PATHS = {
    "web": ("password_file", "cert_file", "key_file"),
    "mqtt": ("password_file", "ca_file", "cert_file", "key_file"),
    "history": ("file",),
    "clips": ("folder",),
    "review": ("store",),
}
_FOLDER = "soundpost-web"


def load_settings(path: Path | None, flags: Mapping[str, Mapping[str, Any]]) -> WebSettings:
    """Returns the configuration of a TOML file, or the defaults.

    Args:
        path: The file; None for the defaults.
        flags: Values from the command line, by table and key; they win over the file.

    Raises:
        ConfigError: The file cannot be read, is not TOML, has an unknown key or a wrong value, or
            two values contradict each other.
    """
    file = read_toml(path) if path else TomlFile("the command line", {})
    check_tables(file, WebSettings, DOC)
    given = TomlFile("the command line", {name: dict(table) for name, table in flags.items()})
    check_tables(given, WebSettings, DOC)
    tables = {
        name: {**file.tables.get(name, {}), **given.tables.get(name, {})}
        for name in {**file.tables, **given.tables}
    }
    for name, keys in {**_PATHS, "clip_folders": tuple(tables.get("clip_folders", ()))}.items():
        for key in keys:
            if key in tables.get(name, {}):
                # Not Path.expanduser, which raises for an unknown user.
                tables[name][key] = os.path.expanduser(tables[name][key])  # noqa: PTH111 - see above
    try:
        return msgspec.convert(tables, WebSettings)
    except msgspec.ValidationError as error:
        rule, _, table = str(error).partition(" - at `$.")
        where = f"[{table.rstrip('`')}] " if table else ""
        raise ConfigError(
            f"{file.name}: {where}{rule}", hint=f"{DOC} lists which keys go together"
        ) from error


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Returns the folder of the history, the passwords and the key of sessions.

    It is the service's state directory under systemd, else a folder of the user (XDG Base
    Directory Specification).
    """
    folder = state_directory(environment)
    if folder is not None:
        return folder
    state = environment.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(os.path.expanduser(state)) / _FOLDER  # noqa: PTH111 - as above


def password_path(settings: WebSettings) -> Path:
    """Returns the path of the file of passwords."""
    return Path(settings.web.password_file or state_folder() / "passwords.json")
