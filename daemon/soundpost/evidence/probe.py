"""Checks that clips can be stored, before the first event needs it."""

import shutil
from pathlib import Path

from soundpost.errors import EvidenceError
from soundpost.evidence.store.scan import read_folder
from soundpost.system.atomic_file import probe_folder
from soundpost.system.units import BYTES_PER_MEGABYTE


def probe(folder: Path, keep_free_megabytes: int) -> str:
    """Returns the number of clips in the folder and the free space, after a test write.

    Raises:
        EvidenceError: No file can be written there, or the disk has too little space left.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe_folder(folder)
        clips = sum(1 for _ in read_folder(folder))
        free_megabytes = shutil.disk_usage(folder).free // BYTES_PER_MEGABYTE
    except OSError as error:
        raise EvidenceError(
            f"{folder}: {error.strerror}",
            hint="the user that runs soundpost must be able to write there; see evidence.folder",
        ) from error
    if free_megabytes < keep_free_megabytes:
        raise EvidenceError(
            f"{folder}: expected {keep_free_megabytes} MB free on the disk, got {free_megabytes}",
            hint="make room, or lower evidence.keep_free_megabytes",
        )
    return f"{folder}: {clips} clips, {free_megabytes} MB free"
