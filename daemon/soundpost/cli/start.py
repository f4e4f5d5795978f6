"""The entry point: Ctrl-C ends the program quietly, from before the first import on.

This module imports nothing but a few modules that Python itself has loaded at its start.
"""

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

INTERRUPTED = 128 + signal.SIGINT
"""The exit status that shells expect after Ctrl-C."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and returns its exit status; see `soundpost --help`.

    Args:
        arguments: The command line; None for that of the process, whose Ctrl-C then ends at once.
    """
    if arguments is None:
        signal.signal(signal.SIGINT, _end_at_once)
    # Imported here, because Ctrl-C during the import must be as quiet as later.
    from soundpost.cli.program import run_command  # noqa: PLC0415 - see above

    return run_command(arguments)


def _end_at_once(_number: int, _frame: FrameType | None) -> None:
    """Ends the process in a signal handler, as if the kernel had ended it.

    A KeyboardInterrupt in the middle of an import leaves half a library behind, which then crashes
    while Python ends; one in a callback or a destructor is printed and ignored. `run` and `watch`
    replace this handler while they capture; for all other commands nothing has to be put in order.
    """
    try:
        sys.stdout.flush()  # the lines that were printed until now
    except (OSError, RuntimeError, ValueError, AttributeError):
        pass  # the reader is gone, it is being written to, it is closed, or there is none
    finally:
        os._exit(INTERRUPTED)
