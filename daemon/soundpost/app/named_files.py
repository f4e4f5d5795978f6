"""The files that a configuration names, by which a reload sees that one was replaced."""

from pathlib import Path
from typing import NamedTuple

from soundpost.classify import find_bundle
from soundpost.config import Config
from soundpost.manifest import MANIFEST_FILE


class FileStamp(NamedTuple):
    """The attributes of a file that change when it is written or replaced."""

    device: int
    inode: int
    size_bytes: int
    modified_ns: int


def stamp_named_files(config: Config) -> tuple[FileStamp | None, ...]:
    """Returns the stamps of bundles, passwords and certificates; None of a file that is absent.

    The manifest stands for its bundle, because it has the hashes of the other files.

    Raises:
        BundleError: There is no such bundle.
    """
    mqtt = config.mqtt
    named = (
        *(find_bundle(model.bundle) / MANIFEST_FILE for model in config.all_models),
        *(config.capture.password_file, mqtt.password_file),
        *(mqtt.ca_file, mqtt.cert_file, mqtt.key_file),
    )
    return tuple(_stamp(Path(path)) for path in named if path is not None)


def _stamp(path: Path) -> FileStamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return FileStamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
