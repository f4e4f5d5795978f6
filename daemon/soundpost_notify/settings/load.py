"""Reads the configuration of the notifier: errors name the table, the key and the value."""

import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from soundpost.config import Section, check_tables
from soundpost.config.toml import TomlFile, read_toml
from soundpost.errors import ConfigError, did_you_mean
from soundpost.system.systemd import state_directory
from soundpost_notify.settings.rules import NodeRuleConfig, RuleConfig
from soundpost_notify.settings.schema import NotifySettings
from soundpost_notify.settings.targets import (
    AppriseConfig,
    EmailConfig,
    NtfyConfig,
    WebhookConfig,
)

DOC = "docs/NOTIFY.md"
KINDS: dict[str, type[Section]] = {
    "ntfy": NtfyConfig,
    "webhook": WebhookConfig,
    "email": EmailConfig,
    "apprise": AppriseConfig,
}
"""The kinds of targets by the names of their tables."""
_LISTS: dict[str, type[Section]] = {"rules": RuleConfig, "nodes": NodeRuleConfig}
_FOLDER = "soundpost-notify"
_TARGET_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")


def load_settings(path: Path, flags: Mapping[str, Mapping[str, Any]]) -> NotifySettings:
    """Returns the configuration of a TOML file.

    Args:
        path: The file.
        flags: Values from the command line, by table and key; they win over the file.

    Raises:
        ConfigError: The file cannot be read, is not TOML, has an unknown key or a wrong value, or
            two values contradict each other.
    """
    file = read_toml(path)
    check_tables(file, NotifySettings, DOC)
    given = TomlFile("the command line", {name: dict(table) for name, table in flags.items()})
    check_tables(given, NotifySettings, DOC)
    tables = dict(file.tables)
    for name, keys in given.tables.items():
        tables[name] = {**tables.get(name, {}), **keys}
    _expand_paths(tables)
    _refuse_incomplete(file.name, tables)
    settings: NotifySettings = _convert(tables, NotifySettings, file.name)
    _refuse_unusable(file.name, settings)
    return settings


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Returns the folder of the queue.

    It is the service's state directory under systemd, else a folder of the user (XDG Base
    Directory Specification).
    """
    folder = state_directory(environment)
    if folder is not None:
        return folder
    state = environment.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(_expanded(state)) / _FOLDER


def queue_path(settings: NotifySettings) -> Path:
    """Returns the path of the queue."""
    return Path(settings.queue.file or state_folder() / "queue.db")


def _expand_paths(tables: dict[str, Any]) -> None:
    """Expands `~` in every key that names a file, and in the folders of clips."""
    sections = [tables.get(name, {}) for name in ("mqtt", "queue")]
    sections += [table for kind in KINDS for table in tables.get(kind, {}).values()]
    for section in sections:
        for key, value in section.items():
            if key == "file" or key.endswith("_file"):
                section[key] = _expanded(value)
    if "clips" in tables:
        tables["clips"] = {node: _expanded(folder) for node, folder in tables["clips"].items()}


def _expanded(path: str) -> str:
    # Not Path.expanduser, which raises for an unknown user.
    return os.path.expanduser(path)  # noqa: PTH111 - see above


def _refuse_incomplete(name: str, tables: Mapping[str, Any]) -> None:
    """Converts each target and rule alone, so that an error names its table."""
    for kind, section in KINDS.items():
        for target, table in tables.get(kind, {}).items():
            if not _TARGET_NAME.fullmatch(target):
                raise ConfigError(
                    f"{name}: [{kind}.…]: expected a name of 1 to 32 letters, digits, dashes and "
                    f"underscores, got {target[:64]!r}",
                    hint='rules name the target by it, as in targets = ["phone"]',
                )
            _convert(table, section, f"{name}: [{kind}.{target}]")
    for key, section in _LISTS.items():
        for number, table in enumerate(tables.get(key, []), 1):
            _convert(table, section, f"{name}: [[{key}]] number {number}")


def _convert(value: object, kind: type[Section], where: str) -> Any:  # noqa: ANN401 - of that kind
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        rule, _, table = str(error).partition(" - at `$.")
        rule = re.sub(
            r"Object missing required field `(\w+)`", r"expected the key \1, got none", rule
        )
        inner = f"[{table.rstrip('`')}] " if table else ""
        raise ConfigError(
            f"{where}: {inner}{rule}", hint=f"{DOC} lists which keys go together"
        ) from error


def _refuse_unusable(name: str, settings: NotifySettings) -> None:
    """Raises ConfigError for targets and rules that do not fit together."""
    if not settings.rules and not settings.nodes:
        raise ConfigError(
            f"{name}: expected a table [[rules]] or [[nodes]], got none: nothing would be sent",
            hint=f"{DOC} has an example",
        )
    targets = [target for kind in KINDS for target in getattr(settings, kind)]
    _refuse_twice(targets, f"{name}: expected one target", "target")
    for key in _LISTS:
        rules = getattr(settings, key)
        own_names = [rule.name for rule in rules if rule.name]
        _refuse_twice(own_names, f"{name}: [[{key}]]: expected one rule", "rule")
        for number, rule in enumerate(rules, 1):
            for target in rule.targets:
                if target not in targets:
                    raise ConfigError(
                        f"{name}: [[{key}]] number {number}: expected the name of a target, "
                        f"got {target!r}",
                        hint=did_you_mean(target, targets, f"add a table as [ntfy.{target}]"),
                    )


def _refuse_twice(names: list[str], expected: str, thing: str) -> None:
    for each, count in Counter(names).items():
        if count > 1:
            raise ConfigError(
                f"{expected} named {each}, got {count}", hint=f"give each {thing} its own name"
            )
