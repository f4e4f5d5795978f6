"""The command line and the environment of a child that is this program again."""

import sys
from collections.abc import Mapping, Sequence

_OF_THE_SERVICE = frozenset(
    {
        *("NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "CREDENTIALS_DIRECTORY"),
        *("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "INVOCATION_ID", "JOURNAL_STREAM"),
    }
)
"""Variables that systemd passes to the service alone: a child must neither notify nor listen."""


def own_program(
    orig_argv: Sequence[str] = sys.orig_argv, argv: Sequence[str] = sys.argv
) -> tuple[str, ...]:
    """Returns the command line of this process without the arguments of the program.

    Args:
        orig_argv: The whole command line, with the flags of the interpreter.
        argv: The name of the program, and its arguments.
    """
    flags = orig_argv[1 : len(orig_argv) - len(argv) + 1]
    return (sys.executable, *flags)


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Returns an environment without what systemd passes to its service alone."""
    return {name: value for name, value in environment.items() if name not in _OF_THE_SERVICE}
