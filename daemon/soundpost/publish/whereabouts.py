"""Where the outbox lies."""

import os
from collections.abc import Mapping
from pathlib import Path

from soundpost.config import MqttConfig, state_folder

_FILE_NAME = "outbox.db"


def find_outbox(config: MqttConfig, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The outbox's file: the configured one, else one in the folder that systemd gives, or None."""
    if config.outbox is not None:
        return Path(config.outbox)
    folder = state_folder(environment)
    return folder / _FILE_NAME if folder else None
