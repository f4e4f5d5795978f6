"""The files that a configuration names, by which a reload sees that one was replaced."""

from pathlib import Path
from typing import NamedTuple

from soundpost.classify import find_bundle
from soundpost.config import Config
from soundpost.heads.location import heads_folder
from soundpost.heads.store import current_files
from soundpost.manifest import MANIFEST_FILE


class FileStamp(NamedTuple):
    """The attributes of a file that change when it is written or replaced."""

    device: int
    inode: int
    size_bytes: int
    modified_ns: int


def stamp_named_files(config: Config) -> tuple[FileStamp | None, ...]:
    """Returns the stamps of bundles, heads, passwords and certificates; None of an absent file.

    The manifest stands for its bundle, because it has the hashes of the other files; the number of
    the version in use stands for its head, because a version is never changed.

    Raises:
        BundleError: There is no such bundle.
    """
    mqtt = config.mqtt
    named = (
        *(find_bundle(model.bundle) / MANIFEST_FILE for model in config.all_models),
        *current_files(heads_folder(config.heads)),
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
