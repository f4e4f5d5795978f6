"""Measures the running daemon on a folder of many clips: its start, its memory, its watchdog."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from many_clips import CLIP_BYTES, write_many_clips
from mosquitto import Broker
from notify_socket import ServiceManager
from recording import write_quiet

WATCHDOG_SECONDS = 1.0
"""A sign is due every quarter of it, so that a gap is seen."""

PATIENCE_SECONDS = 1200.0
REMOVAL_SECONDS = 90.0
POLL_SECONDS = 1.0


def longest_gap_seconds(folder: Path, clips: int) -> float:
    """Returns the longest time between two signs for the watchdog, while a budget is cut.

    The budget is a tenth of what the clips take. The time counts from the first sign, which
    comes with the first window, until the rest of the clips is removed, or for `REMOVAL_SECONDS`
    of its removal.
    """
    with _daemon(folder, clips, clips * CLIP_BYTES // 10) as (manager, _, _):
        _wait_until_left(folder / "clips", clips - 1, PATIENCE_SECONDS)
        _wait_until_left(folder / "clips", clips // 10, REMOVAL_SECONDS)
        times = [*manager.times("WATCHDOG=1"), time.monotonic()]
    return max(after - before for before, after in pairwise(times))


def start_with_clips(folder: Path, clips: int) -> tuple[float, float]:
    """Returns the seconds until `READY`, and the peak memory in MB once all clips are known.

    The budget is a little less than what the clips take: the first removal ends the reading.
    """
    with _daemon(folder, clips, clips * CLIP_BYTES * 99 // 100) as (manager, process, started):
        ready_seconds = manager.wait_for("READY=1")[0] - started
        _wait_until_left(folder / "clips", clips - 1, PATIENCE_SECONDS)
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    if not peak:
        raise RuntimeError("expected a line VmHWM in /proc/PID/status")
    return ready_seconds, int(peak[1]) * 1024 / 1e6


@contextmanager
def _daemon(
    folder: Path, clips: int, budget_bytes: int
) -> Iterator[tuple[ServiceManager, "subprocess.Popen[bytes]", float]]:
    """Runs a daemon on quiet sound; yields its service manager, its process and its start."""
    folder.mkdir()
    write_many_clips(folder / "clips", clips)
    write_quiet(folder / "quiet.wav", PATIENCE_SECONDS)
    (folder / "broker").mkdir()
    config = folder / "soundpost.toml"
    config.write_text(
        f'[evidence]\nfolder = "{folder}/clips"\nkeep_free_megabytes = 0\n'
        f"budget_megabytes = {budget_bytes // 10**6}\n",
        encoding="utf-8",
    )
    command = [str(Path(sys.executable).parent / "soundpost"), "run", "--config", str(config)]
    command += ["--node", "bench", "--source", f"wav:{folder}/quiet.wav", "--pace", "real"]
    broker = Broker(folder / "broker").start()
    try:
        with ServiceManager(folder, WATCHDOG_SECONDS) as manager:
            started_seconds = time.monotonic()
            process = subprocess.Popen(
                [*command, "--broker", broker.url],
                env=os.environ | manager.environment,
                stderr=subprocess.DEVNULL,
            )
            try:
                yield manager, process, started_seconds
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=PATIENCE_SECONDS)
    finally:
        broker.kill()
        shutil.rmtree(folder)


def _wait_until_left(folder: Path, clips: int, within_seconds: float) -> None:
    """Waits until at most so many clips are left, or for a time."""
    deadline_seconds = time.monotonic() + within_seconds
    while time.monotonic() < deadline_seconds:
        with os.scandir(folder) as entries:
            if sum(entry.name.endswith(".flac") for entry in entries) <= clips:
                return
        time.sleep(POLL_SECONDS)
