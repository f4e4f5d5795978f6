"""The limits of a process, on a real one."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from soundpost.system.process.limits import ProcessLimits, limit_process

LIMITS = ProcessLimits(
    niceness=19,
    memory_bytes=200_000_000,
    cpu_seconds=1,
    file_bytes=1_000,
    open_files=32,
    oom_score_adj=900,
)


def start(code: str) -> subprocess.Popen[str]:
    """Starts a program that waits for a line, and limits it."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"input()\n{code}"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    limit_process(process.pid, LIMITS)
    return process


def test_a_process_gets_its_limits() -> None:
    """Priority, place among those that are killed first, and resources."""
    process = start("")
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == 19
    assert Path(f"/proc/{process.pid}/oom_score_adj").read_text() == "900\n"
    assert resource.prlimit(process.pid, resource.RLIMIT_DATA)[1] == 200_000_000
    assert resource.prlimit(process.pid, resource.RLIMIT_NOFILE)[1] == 32
    assert resource.prlimit(process.pid, resource.RLIMIT_CORE) == (0, 0)
    process.communicate("\n")


@pytest.mark.parametrize(
    ("code", "status", "text"),
    [
        ("bytes(300_000_000)", 1, "MemoryError"),
        ("while True: pass", -signal.SIGXCPU, ""),
    ],
)
def test_a_process_that_exceeds_a_limit_ends(code: str, status: int, text: str) -> None:
    """By an error, or by the signal that names the reason."""
    process = start(code)
    _, errors = process.communicate("\n")
    assert process.returncode == status
    assert text in errors


def test_a_process_that_has_ended_is_left_alone() -> None:
    """It may end between its start and its limits."""
    process = subprocess.Popen(["true"])
    process.wait()
    limit_process(process.pid, LIMITS)
