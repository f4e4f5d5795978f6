"""A Dask cluster of processes on this machine: a scheduler, and workers that can be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

_START_SECONDS = 60.0
"""A loaded machine starts a process that imports distributed within some seconds."""


class DaskCluster:
    """A scheduler, and workers with one thread each; a nanny replaces workers that are killed.

    Args:
        folder: Takes the log and the workers' files.
        workers: Their number.
        environment: Of the workers, besides that of the test.
    """

    def __init__(
        self, folder: Path, workers: int, environment: Mapping[str, str] | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._count = workers
        self._environment = dict(environment or {})
        self._log = (folder / "dask.log").open("ab")
        with socket.create_server(("127.0.0.1", 0)) as server:
            self._port = server.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._log.close()

    def start(self) -> None:
        """Starts the scheduler and its workers, and waits until these are connected."""
        self._run("scheduler", "--host", "127.0.0.1", "--port", str(self._port))
        self._wait_for_port()
        options = ("--nthreads", "1", "--nworkers", str(self._count), "--memory-limit", "0")
        folder = ("--local-directory", str(self._folder))
        self._run("worker", self.address, *options, *folder)
        deadline = time.monotonic() + _START_SECONDS
        while len(self.workers()) < self._count:
            assert time.monotonic() < deadline, (self._folder / "dask.log").read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        """Kills the scheduler, the nanny and the workers."""
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._processes.clear()

    def kill_scheduler(self) -> None:
        """Kills the scheduler alone."""
        self._processes[0].kill()
        self._processes[0].wait()

    def workers(self) -> list[int]:
        """Returns the worker processes that live."""
        threads = Path(f"/proc/{self._processes[1].pid}/task").glob("*/children")
        children = [int(child) for thread in threads for child in _read(thread).split()]
        return [
            child for child in children if b"spawn_main" in _read(Path(f"/proc/{child}/cmdline"))
        ]

    def _run(self, *arguments: str) -> None:
        scratch = {"DASK_TEMPORARY_DIRECTORY": str(self._folder)}
        self._processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
                env=os.environ | self._environment | scratch,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
            )
        )

    def _wait_for_port(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._port)):
                return
            time.sleep(0.05)
        raise AssertionError((self._folder / "dask.log").read_text())


def _read(path: Path) -> bytes:
    """Returns the content of a file in /proc; nothing if its process has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return path.read_bytes()
    return b""


def has_open(process: int, file: Path) -> bool:
    """Returns whether a process has a file open."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for link in Path(f"/proc/{process}/fd").iterdir():
            with suppress(FileNotFoundError):
                if link.readlink() == file:
                    return True
    return False
