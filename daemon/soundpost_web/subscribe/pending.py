"""Messages that wait for the disk, with their acknowledgements."""

import time
from collections import deque
from collections.abc import Callable

from soundpost_web.history.message import Message
from soundpost_web.history.store import HistoryStore, StoreError
from soundpost_web.nodes.state import LiveState

Acknowledge = Callable[[], object]

MOST_MESSAGES = 10_000
"""Held in memory while the disk refuses writes; some 8 MB."""
_BATCH = 200
_LONGEST_WAIT_SECONDS = 0.25
"""Messages that arrive together share one write; a page that is loaded again is not older."""
_RETRY_SECONDS = 5.0


class Pending:
    """Messages are acknowledged when they are on the disk.

    While the disk refuses them they are acknowledged at once, because the broker would otherwise
    send nothing more, and held in memory. Beyond `MOST_MESSAGES` the oldest are lost, counted,
    and a gap in the history.

    Args:
        store: The history.
        state: The state that shows its faults.
        monotonic_seconds: The clock.
    """

    def __init__(
        self,
        store: HistoryStore,
        state: LiveState,
        *,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._state = state
        self._monotonic_seconds = monotonic_seconds
        self._messages: deque[Message] = deque()
        self._acknowledgements: list[Acknowledge] = []
        self._since_seconds = 0.0
        self._retry_at_seconds = float("-inf")

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, message: Message, acknowledge: Acknowledge) -> None:
        """Takes a message that is to be stored."""
        if not self._messages:
            self._since_seconds = self._monotonic_seconds()
        self._messages.append(message)
        self._acknowledgements.append(acknowledge)
        if len(self._messages) > MOST_MESSAGES:
            self._messages.popleft()
            self._state.counts.add_lost()

    def forget_acknowledgements(self) -> None:
        """Drops the acknowledgements of a lost connection: the broker sends the messages again."""
        self._acknowledgements.clear()

    @property
    def is_due(self) -> bool:
        """True if messages should be stored now, even if more arrive."""
        age_seconds = self._monotonic_seconds() - self._since_seconds
        return len(self._messages) >= _BATCH or (
            bool(self._messages) and age_seconds >= _LONGEST_WAIT_SECONDS
        )

    def store(self) -> None:
        """Stores what waits, and acknowledges it."""
        now_seconds = self._monotonic_seconds()
        if self._messages and now_seconds >= self._retry_at_seconds:
            try:
                self._store.store(self._messages)
            except StoreError as error:
                self._retry_at_seconds = now_seconds + _RETRY_SECONDS
                self._state.set_fault(str(error))
            else:
                self._messages.clear()
                self._state.set_fault("")
        for acknowledge in self._acknowledgements:
            acknowledge()
        self._acknowledgements.clear()
