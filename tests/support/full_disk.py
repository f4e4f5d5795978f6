"""A file system of a few megabytes, which can be filled to its last byte. Fixture: `disk`."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Disk:
    """A file system of a few megabytes.

    Args:
        folder: Its mount point.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Fills the disk to its last byte."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while file.write(b"x" * 4_096):
                    pass
            except OSError:
                return

    def empty(self) -> None:
        """Removes the ballast."""
        self._ballast.unlink()

    def remount(self, option: str) -> None:
        """Remounts the disk as `ro` or `rw`."""
        subprocess.run(["mount", "-o", f"remount,{option}", str(self.folder)], check=True)


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[Disk]:
    """Provides a file system of a size at a mount point; to mount it needs root."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("to mount a small disk needs root")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of eight megabytes for one test."""
    with small_disk(tmp_path / "disk", 8 << 20) as disk:
        yield disk


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """Limits the size of files that this process writes (EFBIG beyond it)."""
    before, ceiling = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, ceiling))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, ceiling))
