"""Checks that the outbox's file can be written, before the first detection needs it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from soundpost.config import MqttConfig
from soundpost.errors import PublishError
from soundpost.publish.outbox.faults.foreign_file import require_own_file
from soundpost.publish.outbox.location import outbox_path
from soundpost.publish.outbox.store import Store
from soundpost.sqlite.damage import DamagedFileError, has_code
from soundpost.system.atomic_file import probe_folder
from soundpost.system.units import BYTES_PER_MEGABYTE


def probe_outbox(config: MqttConfig) -> str:
    """Returns how many detections wait in the outbox's file, and their share of its budget.

    An existing file is opened and read through, as at every start; its folder must be writable. A
    missing file is not created: the user who checks may not be the one who runs the daemon.

    Raises:
        ConfigError: The file is not an outbox.
        PublishError: The file is damaged, or file or folder cannot be written.
    """
    path = outbox_path(config)
    if path is None:
        return "in memory alone: neither mqtt.outbox nor systemd names a file"
    try:
        require_own_file(path)
        probe_folder(_nearest_folder(path))
        if not path.exists():
            return f"{path}: not there yet, and can be made"
        with closing(Store(path)) as store:
            waiting, used_megabytes = store.count, store.used_bytes / BYTES_PER_MEGABYTE
    except DamagedFileError as error:
        raise PublishError(
            f"{path} is damaged: {error}",
            hint="the next start sets it aside and takes over the readable rows; see "
            "`journalctl -k` for errors of the disk",
        ) from error
    except (OSError, sqlite3.Error) as error:
        if has_code(error, sqlite3.SQLITE_BUSY):
            return f"{path}: in use by soundpost, which runs; health shows how many wait"
        raise PublishError(
            f"{path} cannot be written: {getattr(error, 'strerror', None) or error}",
            hint="free space on the disk, mount it for writing, and let the user that runs "
            "soundpost write there",
        ) from error
    return f"{path}: {waiting} wait, {used_megabytes:.1f} of {config.outbox_megabytes} MB"


def _nearest_folder(path: Path) -> Path:
    """Returns the folder of a file, or the nearest one above it that exists."""
    return next(folder for folder in path.parents if folder.exists())
