"""The entry point: Ctrl-C ends the program quietly, from before the first import on.

This module imports only what Python itself has loaded at its start. Until the handler is set,
Ctrl-C is a traceback of Python's own, so every import before it counts.
"""

# The half of `signal` in C, which is part of the interpreter. `signal` itself imports enum,
# functools and collections, 7 ms on a fast machine.
import _signal  # type: ignore[import-not-found] # typeshed has no stub of it
import os
import sys

INTERRUPTED = 128 + int(_signal.SIGINT)
"""The exit status that shells expect after Ctrl-C."""


def main(arguments: list[str] | None = None) -> int:
    """Runs a command line and returns its exit status; see `soundpost --help`.

    Args:
        arguments: The command line; None for that of the process, whose Ctrl-C then ends at once.
    """
    if arguments is None and _signal.getsignal(_signal.SIGINT) != _signal.SIG_IGN:
        _signal.signal(_signal.SIGINT, _end_at_once)
    # numpy reads this when it is imported. The matrices here are too small for a second thread,
    # which would only keep another core busy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Imported here, because Ctrl-C during the import must be as quiet as later.
    from soundpost.cli.program import run_command  # noqa: PLC0415 - see above

    return run_command(arguments)


def _end_at_once(_number: int, _frame: object) -> None:
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
