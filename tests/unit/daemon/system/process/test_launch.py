"""The command line and the environment of a child."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from mosquitto import wait_until

from soundpost.system.process.launch import (
    child_environment,
    ending_with_this_process,
    own_program,
)


@pytest.mark.parametrize(
    ("orig_argv", "argv", "flags"),
    [
        (["python", "/usr/bin/soundpost", "run"], ["/usr/bin/soundpost", "run"], 1),
        (["python", "-c", "code", "run", "--config", "x"], ["-c", "run", "--config", "x"], 2),
        (["python", "-I", "-m", "soundpost"], ["/lib/soundpost/__main__.py"], 3),
    ],
)
def test_the_program_is_that_of_this_process(
    orig_argv: list[str], argv: list[str], flags: int
) -> None:
    """However it was started, without its own arguments."""
    assert own_program(orig_argv, argv) == (sys.executable, *orig_argv[1 : 1 + flags])


def test_a_child_neither_notifies_nor_listens() -> None:
    """It keeps the state directory and everything else."""
    given = {"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "1", "LISTEN_FDS": "1", "JOURNAL_STREAM": "1"}
    kept = {"STATE_DIRECTORY": "/var/lib/soundpost", "PATH": "/usr/bin"}
    assert child_environment(given | kept) == kept


def test_a_child_ends_with_the_process_that_started_it() -> None:
    """Also when that is killed."""
    code = textwrap.dedent("""
        import subprocess, sys, time
        from soundpost.system.process.launch import ending_with_this_process
        child = subprocess.Popen(ending_with_this_process(["sleep", "600"]))
        print(child.pid, flush=True)
        time.sleep(600)
    """)
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    wait_until(lambda: not Path(f"/proc/{child}").exists() or _is_dead(child))


def _is_dead(process: int) -> bool:
    """Returns whether a process is a zombie, which an init that reaps nothing leaves."""
    return ") Z " in Path(f"/proc/{process}/stat").read_text(encoding="utf-8")


def test_without_setpriv_the_command_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """It then runs to its own end."""
    monkeypatch.setitem(os.environ, "PATH", "/nowhere")
    assert ending_with_this_process(["a", "b"]) == ["a", "b"]
