"""Whether detections can be kept until the broker has them, before the first one needs it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from soundpost.config import MqttConfig
from soundpost.errors import PublishError
from soundpost.publish.outbox.location import outbox_path
from soundpost.publish.outbox.store import DamagedFile, Store, has_code
from soundpost.system.units import BYTES_PER_MEGABYTE


def probe_outbox(config: MqttConfig) -> str:
    """How many detections wait in the outbox's file, and how much of its budget they take.

    The file is opened and read through, as at every start; the folder must take another one. A
    file that is not there is not made: the user who checks may not be the one who runs.

    Raises:
        PublishError: The file is damaged or not an outbox, or file or folder cannot be written.
    """
    path = outbox_path(config)
    if path is None:
        return "in memory alone: neither mqtt.outbox nor systemd names a file"
    try:
        _write_beside(path)
        if not path.exists():
            return f"{path}: not there yet, and can be made"
        with closing(Store(path)) as store:
            waiting, used_megabytes = store.count, store.used_bytes / BYTES_PER_MEGABYTE
    except DamagedFile as error:
        raise PublishError(
            f"{path} is damaged: {error}",
            hint="the next start sets it aside and takes over what can be read; is the disk "
            "well? see `journalctl -k`",
        ) from error
    except (OSError, sqlite3.Error) as error:
        if has_code(error, sqlite3.SQLITE_BUSY):
            return f"{path}: in use by soundpost, which runs; health tells how many wait"
        raise PublishError(
            f"{path} takes nothing: {getattr(error, 'strerror', None) or error}",
            hint="is the disk full or read-only? may the user that runs soundpost write there?",
        ) from error
    return f"{path}: {waiting} wait, {used_megabytes:.1f} of {config.outbox_megabytes} MB"


def _write_beside(path: Path) -> None:
    """Write a file and remove it again, where SQLite will need some of its own."""
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    self_test = folder / f"soundpost-check-{os.getpid()}"
    try:
        self_test.write_bytes(b"soundpost check")
    finally:
        self_test.unlink(missing_ok=True)
