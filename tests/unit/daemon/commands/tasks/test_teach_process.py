"""The process that teaches, with other programs in its place."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from daemon_process import is_running
from mosquitto import wait_until

from soundpost.commands.tasks.teach_process import LONGEST_SECONDS, Ended, TeachProcess


def start(code: str, now: list[float] | None = None) -> TeachProcess:
    """Starts a program of Python."""
    clock = now if now is not None else [0.0]
    return TeachProcess([sys.executable, "-c", code], monotonic_seconds=lambda: clock[0])


def end_of(process: TeachProcess) -> Ended:
    """Returns the end of a process."""
    ended: list[Ended] = []

    def has_ended() -> bool:
        ended.extend(filter(None, [process.poll()]))
        return bool(ended)

    wait_until(has_ended)
    return ended[0]


def test_its_output_and_the_end_of_its_log_are_read() -> None:
    """More than a pipe holds, without waiting for it."""
    code = "import sys; print('x' * 200_000); print('y' * 90_000, file=sys.stderr); sys.exit(1)"
    ended = end_of(start(code))
    assert (ended.status, ended.output) == (1, b"x" * 200_000 + b"\n")
    assert (len(ended.log), ended.log[-2:]) == (4_096, b"y\n")


def test_a_process_that_runs_is_not_waited_for() -> None:
    """Each look takes no time; it has a low priority, and ends when it is killed."""
    process = start("import time; time.sleep(600)")
    before = time.monotonic()
    assert process.poll() is None
    assert time.monotonic() - before < 5.0
    assert os.getpriority(os.PRIO_PROCESS, process.pid) >= 10
    process.kill()
    assert not Path(f"/proc/{process.pid}").exists()


def test_what_it_has_started_ends_with_it() -> None:
    """Its whole session."""
    code = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid, flush=True)"
    child = int(end_of(start(code)).output)
    wait_until(lambda: not is_running(child))


def test_a_signal_is_its_status() -> None:
    """Below 0, as for every child."""
    ended = end_of(start(f"import os; os.kill(os.getpid(), {int(signal.SIGXCPU)})"))
    assert ended.status == -signal.SIGXCPU


def test_it_is_too_long_after_an_hour() -> None:
    """By the clock: it may never get the processor."""
    now = [0.0]
    process = start("input()", now)
    before = process.is_too_long
    now[0] = LONGEST_SECONDS + 1.0
    after = process.is_too_long
    process.kill()
    assert (before, after) == (False, True)


def test_a_process_is_paused_and_goes_on() -> None:
    """As often as it is asked for; it can be killed meanwhile."""
    process = start("import time; time.sleep(600)")
    for is_paused in (True, True, False, True):
        process.pause(is_paused=is_paused)
        wait_until(partial(is_stopped, process, is_paused))
    process.kill()
    assert not Path(f"/proc/{process.pid}").exists()


def is_stopped(process: TeachProcess, expected: bool) -> bool:  # noqa: FBT001 - bound by partial
    """Returns whether the kernel has stopped a process as expected."""
    text = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8")
    return (text.rpartition(")")[2].split()[0] == "T") == expected


DAEMON = """
import os, signal, sys, time
from soundpost.commands.tasks.teach_process import TeachProcess
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run below nohup
process = TeachProcess([sys.executable, "-c", "import time; time.sleep(600)"])
process.pause(is_paused=True)
while ") T " not in open(f"/proc/{process.pid}/stat").read():
    time.sleep(0.01)
print(process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_paused_process_ends_with_a_daemon_that_is_killed() -> None:
    """Also in its first moments, before it has asked the kernel to be killed with the daemon."""
    killed = subprocess.run([sys.executable, "-c", DAEMON], stdout=subprocess.PIPE, check=False)
    process = int(killed.stdout)
    try:
        wait_until(lambda: not is_running(process))
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def test_a_filter_of_system_calls_does_not_keep_it_from_teaching(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It has the priority of the daemon then, and its other limits."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "setpriority", refuse)
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_DATA)[0])"
    wait = "import time; time.sleep(1.0); "  # for the limits, which follow the start
    assert end_of(start(wait + code)).output == b"512000000\n"


def test_a_program_that_is_missing_is_an_error_of_the_system() -> None:
    """The command is then refused."""
    with pytest.raises(FileNotFoundError):
        TeachProcess(["/nowhere/soundpost"])
