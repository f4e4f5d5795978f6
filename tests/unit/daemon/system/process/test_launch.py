"""The command line and the environment of a child."""

import sys

import pytest

from soundpost.system.process.launch import child_environment, own_program


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
