"""The place of the outbox's file."""

import os
from collections.abc import Mapping
from pathlib import Path

from soundpost.config import MqttConfig
from soundpost.system.systemd import state_directory

_FILE_NAME = "outbox.db"


def outbox_path(config: MqttConfig, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Returns the configured path, else one in systemd's state directory, else None."""
    if config.outbox is not None:
        return Path(config.outbox)
    return default_outbox_path(environment)


def default_outbox_path(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Returns the path in systemd's state directory; None without one."""
    folder = state_directory(environment)
    return folder / _FILE_NAME if folder else None
