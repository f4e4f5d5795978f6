"""The process that teaches a label: started, limited, read without waiting, and killed."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from soundpost.system.process.launch import child_environment
from soundpost.system.process.limits import ProcessLimits, limit_process
from soundpost.system.process.parent import PARENT, kill_group

LIMITS = ProcessLimits(
    niceness=10,  # from its first import on; it adds 10 itself
    # Private memory. It takes 150 MB; what libraries reserve and never touch counts here too.
    memory_bytes=512_000_000,
    # Two hundred times what ten clips and an hour of background take on one core of a Xeon.
    cpu_seconds=1_800,
    file_bytes=100_000_000,
    open_files=256,
    # When memory is short, teaching ends and the daemon goes on.
    oom_score_adj=800,
)
LONGEST_SECONDS = 3_600.0
"""By the clock, on a node whose processor is always busy."""
_MOST_OUTPUT_BYTES = 262_144
"""Of the result, which names each clip that was left out; the rest is dropped."""
_KEPT_LOG_BYTES = 4_096
"""Of the end of the log: a traceback."""
_KILL_SECONDS = 1.0
"""A killed process ends at once unless the disk holds it; then it is left to the kernel."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a process.

    Attributes:
        status: Its exit status; below 0 the signal that ended it.
        output: The standard output.
        log: The end of the standard error.
    """

    status: int
    output: bytes
    log: bytes


class TeachProcess:
    """A running `soundpost teach`.

    Args:
        command: Its command line.
        monotonic_seconds: The clock.

    Raises:
        OSError: There is no memory or no process for it now.
    """

    def __init__(
        self, command: Sequence[str], *, monotonic_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic_seconds = monotonic_seconds
        self._started_seconds = monotonic_seconds()
        self._output, self._errors = b"", b""
        self._is_paused = False
        self._process = subprocess.Popen(  # noqa: S603 - this program; each argument was checked
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=child_environment(os.environ) | {"OMP_NUM_THREADS": "1", PARENT: str(os.getpid())},
            # What it starts is killed with it. In the session of the daemon, the kernel ends a
            # stopped group whose parent has ended: before `end_with_parent` nothing else would.
            process_group=0,
        )
        for pipe in self._pipes:
            os.set_blocking(pipe.fileno(), False)
        with suppress(PermissionError):  # of the unit's filter of system calls: it can be paused
            limit_process(self._process.pid, LIMITS)

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def output(self) -> bytes:
        """The standard output as far as it was read."""
        return self._output

    @property
    def is_too_long(self) -> bool:
        """True if it has run for longer than any teaching takes."""
        return self._monotonic_seconds() - self._started_seconds > LONGEST_SECONDS

    def poll(self) -> Ended | None:
        """Reads what the process has written, without waiting; returns its end, else None."""
        status = self._process.poll()  # before the pipes are read, which then are complete
        self._read()
        if status is None:
            return None
        self.kill()  # what it has left behind
        return Ended(status, self._output, self._errors)

    def pause(self, *, is_paused: bool) -> None:
        """Stops the process, or lets it go on; does nothing if it is so already."""
        if is_paused != self._is_paused:
            self._is_paused = is_paused
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGSTOP if is_paused else signal.SIGCONT)

    def kill(self) -> None:
        """Ends the process and all that it has started."""
        kill_group(self.pid)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_KILL_SECONDS)
        for pipe in self._pipes:
            pipe.close()

    @property
    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        out, err = self._process.stdout, self._process.stderr
        if out is None or err is None:
            raise AssertionError("expected pipes")
        return out, err

    def _read(self) -> None:
        out, err = (_available(pipe.fileno()) for pipe in self._pipes)
        self._output = (self._output + out)[:_MOST_OUTPUT_BYTES]
        self._errors = (self._errors + err)[-_KEPT_LOG_BYTES:]


def _available(descriptor: int) -> bytes:
    """Returns what a pipe holds now, at most its capacity, 64 KiB as a rule."""
    with suppress(BlockingIOError):
        return os.read(descriptor, 1 << 20)
    return b""
