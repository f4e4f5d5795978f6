"""Exports the verdicts as a training folder in an archive, by a process of its own."""

import logging
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

_ARCHIVE = "training.tar"
_STAMP = "%Y%m%d-%H%M%S"
_PROGRAM = "import sys; from soundpost.cli import main; sys.exit(main())"
"""As the command `soundpost`, which may lie in another folder than this Python."""
_MOST_CHARACTERS = 4_000
"""Of what the export prints: a line for each label."""
_FOLDER_MODE = 0o700

_log = logging.getLogger("soundpost.web")


class ExportStatus(StrEnum):
    """The state of the latest export; the values are names of texts."""

    NONE = "none"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ExportState(NamedTuple):
    """The latest export.

    Attributes:
        status: Its state.
        message: What it has printed.
        size_bytes: The size of the archive.
    """

    status: ExportStatus
    message: str = ""
    size_bytes: int = 0


class ArchiveFile:
    """The open archive, which the next export may replace meanwhile.

    Raises:
        OSError: There is none.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        self.size_bytes = os.fstat(self._descriptor).st_size

    def read(self, offset: int, size: int) -> bytes:
        """Returns bytes from a position."""
        return os.pread(self._descriptor, size, offset)

    def close(self) -> None:
        """Closes it."""
        os.close(self._descriptor)


class ExportJob:
    """Runs `soundpost review --export`: its memory is given back at its end.

    Args:
        store: The store of verdicts.
        folder: The place of the archive; what an earlier run of the page left there is removed.
    """

    def __init__(self, store: Path, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._lock = threading.Lock()
        self._state = ExportState(ExportStatus.NONE)
        self._process: subprocess.Popen[str] | None = None
        self._is_closed = False

    @property
    def state(self) -> ExportState:
        """The latest export."""
        with self._lock:
            return self._state

    def start(self) -> bool:
        """Starts an export; returns False while one is running."""
        with self._lock:
            if self._state.status is ExportStatus.RUNNING or self._is_closed:
                return False
            self._state = ExportState(ExportStatus.RUNNING)
        threading.Thread(target=self._run, name="export", daemon=True).start()
        return True

    def open_archive(self) -> ArchiveFile:
        """Opens the archive of the latest export.

        Raises:
            OSError: There is none.
        """
        if self.state.status is not ExportStatus.DONE:
            raise FileNotFoundError(_ARCHIVE)
        return ArchiveFile(self._folder / _ARCHIVE)

    def close(self) -> None:
        """Ends an export that is running."""
        with self._lock:
            self._is_closed = True
            if self._process is not None:
                with suppress(ProcessLookupError):
                    self._process.kill()

    def _run(self) -> None:
        target = self._folder / f"soundpost-review-{time.strftime(_STAMP)}"
        try:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            status, printed = self._export(target)
            size_bytes = self._pack(target) if status == 0 else 0
        except OSError as error:
            status, printed, size_bytes = 1, f"{error.strerror}", 0
        shutil.rmtree(target, ignore_errors=True)
        if status:
            _log.warning("the export has failed: %s", printed[-500:])
        with self._lock:
            self._process = None
            state = ExportStatus.FAILED if status else ExportStatus.DONE
            self._state = ExportState(state, printed[-_MOST_CHARACTERS:], size_bytes)

    def _export(self, target: Path) -> tuple[int, str]:
        """Returns the exit status of the command, and what it has printed."""
        command = [sys.executable, "-P", "-c", _PROGRAM, "review"]
        with self._lock:
            if self._is_closed:
                return 1, ""
            self._process = subprocess.Popen(  # noqa: S603 - our own program, without a shell
                [*command, "--store", str(self._store), "--export", str(target)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                cwd=self._folder,
            )
        printed, _ = self._process.communicate()
        return self._process.returncode, printed

    def _pack(self, target: Path) -> int:
        """Writes the archive; returns its size."""
        part = self._folder / f".{_ARCHIVE}.part"
        with tarfile.open(part, "w") as archive:
            archive.add(target, arcname=target.name)
        part.replace(self._folder / _ARCHIVE)
        return (self._folder / _ARCHIVE).stat().st_size
