"""Limits of a process that has just been started."""

import os
import resource
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class ProcessLimits(NamedTuple):
    """The limits of a process, and of each that it starts.

    Attributes:
        niceness: Its niceness, 0 to 19.
        memory_bytes: Its private memory.
        cpu_seconds: Its time of the processor.
        file_bytes: The largest file that it may write.
        open_files: The descriptors that it may have.
        oom_score_adj: Its place among the processes that the kernel kills when memory is short, at
            least that of this process; None for the same.
    """

    niceness: int
    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    open_files: int
    oom_score_adj: int | None = None


def limit_process(pid: int, limits: ProcessLimits) -> None:
    """Limits a process that has just been started.

    Not between fork and exec: Python may not run there in a process with threads. A process that
    has ended already is left alone.

    Args:
        pid: The process.
        limits: Its limits. At the limit of the processor it gets SIGXCPU, which names the reason.

    Raises:
        PermissionError: A filter of system calls forbids it. That of systemd may forbid the last
            step alone, which is the priority.
    """
    values = {
        resource.RLIMIT_DATA: limits.memory_bytes,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: limits.open_files,
    }
    with suppress(ProcessLookupError):
        if limits.oom_score_adj is not None:
            _prefer_for_the_oom_killer(pid, limits.oom_score_adj)
        for kind, value in values.items():
            resource.prlimit(pid, kind, (value, value + (kind == resource.RLIMIT_CPU)))
        os.setpriority(os.PRIO_PROCESS, pid, limits.niceness)


def _prefer_for_the_oom_killer(pid: int, score: int) -> None:
    # A kernel without /proc, or one that forbids it, has its own choice, which is the largest.
    with suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text(str(score), encoding="ascii")
