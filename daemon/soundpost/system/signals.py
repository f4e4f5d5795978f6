"""The signals that end the process: SIGTERM and SIGINT."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stopped_by_signals(stop: Callable[[str], None]) -> Iterator[None]:
    """Calls `stop(signal_name)` on SIGTERM and SIGINT instead of ending the process.

    Args:
        stop: Runs in the main thread between two bytecodes; it must not take locks that the main
            thread may hold.
    """

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stop(signal.Signals(number).name)

    previous = {
        number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
