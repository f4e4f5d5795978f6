"""Waits for the next event of a supervisor, or for a time."""

import selectors
import time
from collections.abc import Sequence
from typing import Protocol

_LONGEST_SECONDS = 60.0
"""A wait for ever would need a case of its own, and one call a minute costs nothing."""


class Waitable(Protocol):
    """An object with a descriptor that becomes readable."""

    def fileno(self) -> int:
        """Returns the descriptor."""


def wait_for_any(waitables: Sequence[Waitable], due_seconds: float) -> None:
    """Returns when one of them can be read, or at a time.

    Args:
        waitables: What to wait for.
        due_seconds: The time, on the monotonic clock.
    """
    with selectors.DefaultSelector() as selector:
        for waitable in waitables:
            selector.register(waitable, selectors.EVENT_READ)
        selector.select(min(_LONGEST_SECONDS, max(0.0, due_seconds - time.monotonic())))
