"""The signals that end the process: SIGTERM, SIGINT, and SIGUSR1 to take the node away."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

RETIRE = signal.SIGUSR1
"""Ends the process and clears its retained topics: the node or source is taken away for good."""


@contextmanager
def stopped_by_signals(stop: Callable[[str], None]) -> Iterator[None]:
    """Calls `stop(signal_name)` on SIGTERM, SIGINT and SIGUSR1 instead of ending the process.

    Args:
        stop: Runs in the main thread between two bytecodes; it must not take locks that the main
            thread may hold.
    """

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stop(signal.Signals(number).name)

    previous = {
        number: signal.signal(number, on_signal)
        for number in (signal.SIGTERM, signal.SIGINT, RETIRE)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
