"""A run of `soundpost analyze` as a process: its command line, its workers and its journal."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from daemon_process import SOUNDPOST, soundpost
from mqtt_subscriber import PATIENCE_SECONDS
from sample_archive import write_archive, write_models


def command(card: Path, out: Path, config: Path, *more: str) -> list[str]:
    """Returns a command line; times are in the zone of the card's recorder."""
    zone = ("--timezone", "Europe/Berlin")
    return ["analyze", str(card), "--out", str(out), "--config", str(config), *zone, *more]


def analyze_archive(folder: Path, files: int) -> None:
    """Writes an archive `card`, a configuration of two models, and the results of one process."""
    config = write_models(folder)
    write_archive(folder / "card", files)
    done = soundpost(*command(folder / "card", folder / "results", config), "--workers", "1")
    assert done.returncode == 0, done.stderr


@contextmanager
def running(line: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Provides a run in a session of its own; what is left of it is killed at the end."""
    with subprocess.Popen(
        [str(SOUNDPOST), *line],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as run:
        try:
            yield run
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)


def wait_until(condition: Callable[[], object]) -> None:
    """Waits until a condition holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def children(process: subprocess.Popen[str]) -> list[int]:
    """Returns the worker processes of a run."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [
        int(child)
        for child in listed
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def worker_of(process: subprocess.Popen[str], file: Path) -> int | None:
    """Returns the worker that has a file open."""
    for child in children(process):
        for link in Path(f"/proc/{child}/fd").iterdir():
            try:
                if link.readlink() == file:
                    return child
            except FileNotFoundError:  # it was closed meanwhile
                continue
    return None


def parts(out: Path) -> list[Path]:
    """Returns the parts of the journal that are complete."""
    return list(out.glob(".journal/parts/*/[!.]*.json"))
