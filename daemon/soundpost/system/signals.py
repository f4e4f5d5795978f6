"""The signals that ask the process to stop."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stopped_by_signals(stop: Callable[[str], None]) -> Iterator[None]:
    """Within, SIGTERM and SIGINT end nothing by themselves: what they ask for is in good hands.

    Args:
        stop: Called with the name of the signal, between two steps of the main thread; so it
            takes no lock that this thread may hold.
    """

    def ask(number: int, _frame: FrameType | None) -> None:
        stop(signal.Signals(number).name)

    previous = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
