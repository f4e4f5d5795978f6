"""A source ends with its supervisor."""

import os
import subprocess
import sys

import pytest

from soundpost.errors import SoundpostError
from soundpost.system.process.parent import PARENT, end_with_parent

STARTER = """
import os, subprocess, sys
environment = os.environ | {"SOUNDPOST_SUPERVISOR": str(os.getpid())}
subprocess.Popen([sys.executable, "-c", sys.argv[1]], env=environment)
sys.stdin.read()
"""
CHILD = """
import signal, sys
from soundpost.system.process.parent import end_with_parent
signal.signal(signal.SIGTERM, signal.SIG_IGN)
end_with_parent()
print("ready", flush=True)
while True: signal.pause()
"""


def test_the_kernel_kills_a_source_whose_supervisor_was_killed() -> None:
    """Also one that ignores every signal that can be ignored: its output ends."""
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        parent.kill()
        assert parent.stdout.read() == b""  # returns only when the child has ended, too


def test_a_source_whose_supervisor_has_ended_does_not_start() -> None:
    """It was started a moment before."""
    with pytest.raises(SoundpostError, match="which has ended"):
        end_with_parent({PARENT: str(os.getpid())})


def test_a_daemon_without_a_supervisor_is_bound_to_none() -> None:
    """A terminal or systemd has started it."""
    end_with_parent({})
