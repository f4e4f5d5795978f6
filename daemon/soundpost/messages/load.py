"""The load of this process: processor time and memory, with those of its child processes."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TIMES = slice(11, 13)
"""User and system time in /proc/PID/stat, behind the name of the program (proc(5))."""
_RESIDENT = 1
"""The resident pages in /proc/PID/statm."""


class Load(NamedTuple):
    """The load of the process of a node, or of one of its sources.

    Attributes:
        queue_seconds: Captured sound that waits for the pipeline.
        cpu_percent: Processor time since the last report, in percent of one processor.
        rss_bytes: Resident memory.
    """

    queue_seconds: float = 0.0
    cpu_percent: float = 0.0
    rss_bytes: int = 0


class LoadMeter:
    """Measures the load of this process and of its children, such as the ffmpeg of a camera.

    Args:
        monotonic_seconds: The clock of the intervals.
        proc: The file system of processes.
    """

    def __init__(
        self, monotonic_seconds: Callable[[], float] = time.monotonic, proc: Path = PROC
    ) -> None:
        self._monotonic_seconds = monotonic_seconds
        self._proc = proc
        self._at_seconds = monotonic_seconds()
        self._cpu_seconds = self._spent_seconds()

    def measure(self, queue_seconds: float) -> Load:
        """Returns the load since the last call, or since the meter was made.

        Args:
            queue_seconds: Captured sound that waits for the pipeline.
        """
        now_seconds, cpu_seconds = self._monotonic_seconds(), self._spent_seconds()
        passed_seconds = now_seconds - self._at_seconds
        used_seconds = max(0.0, cpu_seconds - self._cpu_seconds)
        self._at_seconds, self._cpu_seconds = now_seconds, cpu_seconds
        return Load(
            queue_seconds,
            100.0 * used_seconds / passed_seconds if passed_seconds > 0.0 else 0.0,
            sum(map(self._rss_bytes, ("self", *self._children()))),
        )

    def _spent_seconds(self) -> float:
        """Returns the processor time so far.

        A child that ends while this is read may be left out for once, which is no negative load.
        """
        children = list(self._children())
        spent = os.times()
        ended_seconds = spent.children_user + spent.children_system
        return spent.user + spent.system + ended_seconds + sum(map(self._cpu_of, children))

    def _children(self) -> Iterator[str]:
        """Yields the process ids of the children; none where the kernel does not list them."""
        try:
            threads = list((self._proc / "self" / "task").iterdir())
        except OSError:  # no file descriptor is free to look
            return
        for thread in threads:
            yield from self._read(f"self/task/{thread.name}/children")

    def _cpu_of(self, process: str) -> float:
        # The name may have blanks and parentheses.
        fields = " ".join(self._read(f"{process}/stat")).rpartition(")")[2].split()
        return sum(map(int, fields[_TIMES])) / _TICKS_PER_SECOND

    def _rss_bytes(self, process: str) -> int:
        pages = self._read(f"{process}/statm")
        return int(pages[_RESIDENT]) * _PAGE_BYTES if pages else 0

    def _read(self, name: str) -> list[str]:
        """Returns the fields of a file; none if the process has ended."""
        try:
            return (self._proc / name).read_text(errors="replace").split()
        except OSError:
            return []
