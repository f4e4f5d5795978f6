"""Runs the program `soundpost` on a recording: in a process of its own, with limits."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from soundpost.system.log_once import LogOnce
from soundpost.system.printable import printable
from soundpost.system.process.launch import child_environment
from soundpost.system.process.limits import ProcessLimits, limit_process
from soundpost.system.systemd import STATE_DIRECTORY
from soundpost_web.analysis.result import RESULT

_NICE = 19
_MEMORY_BYTES = 512_000_000
"""Private memory of the program, and of its ffmpeg: three times what BirdNET takes."""
_OPEN_FILES = 64
_LOG, _LOGGED_CHARACTERS = "log", 500
_log = logging.getLogger("soundpost.web")


class Limits(NamedTuple):
    """The limits of an analysis.

    Attributes:
        first_seconds: The length of the beginning that is analyzed.
        run_seconds: The time that it may take, by the clock and of the processor.
        file_bytes: The size of the largest file that it may write.
    """

    first_seconds: float
    run_seconds: int
    file_bytes: int


class Program:
    """Starts the program for one recording after the other, from one thread.

    Args:
        limits: Its limits.
        command: The program; by default the one that is installed with the page.
    """

    def __init__(self, limits: Limits, command: list[str] | None = None) -> None:
        self._limits = limits
        self._command = command or _installed()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False
        self._unlimited = LogOnce(_log)

    def run(self, recording: Path, bundle: str) -> str:
        """Analyzes a recording; writes `result.json` and other files beside it.

        Args:
            recording: The recording.
            bundle: The name of the bundle.

        Returns:
            The name of a text that says why the program was ended; empty if it ended by itself.
        """
        with (recording.parent / _LOG).open("wb") as log:
            try:
                process = self._start(recording, bundle, log.fileno())
            except OSError as error:
                _log.error("%s cannot be started: %s", self._command[0], error.strerror)
                return "analyze.failed"
        try:
            status = process.wait(self._limits.run_seconds)
        except subprocess.TimeoutExpired:
            self._kill(process)
            return "analyze.too_long"
        finally:
            with self._lock:
                self._process = None
        self._kill(process)  # what it has left behind
        if status == -signal.SIGXCPU:
            return "analyze.too_long"
        if not self._is_closed and not (recording.parent / RESULT).is_file():
            _log.warning("an analysis ended with status %d: %s", status, _end_of_log(recording))
        return ""

    def close(self) -> None:
        """Ends the program, also one that is to be started; may be called from any thread."""
        with self._lock:
            self._is_closed = True
            process = self._process
        if process:
            self._kill(process)

    def _start(self, recording: Path, bundle: str, log: int) -> subprocess.Popen[bytes]:
        folder = recording.parent
        arguments = ["listen", "--summary", "--bundle", bundle, "--details", str(folder)]
        arguments += ["--first", f"{self._limits.first_seconds:g}", str(recording)]
        environment = child_environment(os.environ)
        environment.pop(STATE_DIRECTORY, None)  # the page's own
        environment |= {"TMPDIR": str(folder), "OMP_NUM_THREADS": "1"}
        with self._lock:
            if self._is_closed:
                raise OSError(0, "the page ends")
            process = subprocess.Popen(  # noqa: S603 - a fixed program, no shell
                [*_with_parent(), *self._command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=folder,
                env=environment,
                start_new_session=True,  # so that its children can be ended with it
            )
            self._process = process
        self._limit(process.pid)
        return process

    def _limit(self, pid: int) -> None:
        limits = ProcessLimits(
            niceness=_NICE,
            memory_bytes=_MEMORY_BYTES,
            cpu_seconds=self._limits.run_seconds,
            file_bytes=self._limits.file_bytes,
            open_files=_OPEN_FILES,
        )
        try:
            limit_process(pid, limits)
        except PermissionError as error:  # a filter of system calls that is not ours
            self._unlimited.fail("analyses run without limits: %s", error.strerror)

    @staticmethod
    def _kill(process: subprocess.Popen[bytes]) -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _installed() -> list[str]:
    """Returns the program beside the one that runs, else that of this Python."""
    beside = Path(sys.argv[0]).with_name("soundpost")
    if beside.is_file() and os.access(beside, os.X_OK):
        return [str(beside.absolute())]
    return [sys.executable, "-c", "import sys; from soundpost.cli import main; sys.exit(main())"]


def _with_parent() -> list[str]:
    """Returns the program that has the kernel end another one with this process, if executable."""
    keeper = shutil.which("setpriv")  # util-linux
    return [keeper, "--pdeathsig", "KILL"] if keeper else []


def _end_of_log(recording: Path) -> str:
    try:
        text = (recording.parent / _LOG).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return printable(text.strip()[-_LOGGED_CHARACTERS:])
