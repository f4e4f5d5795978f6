"""Messages that wait to be sent, and those in flight.

The queue of the outbox, and of the results of commands (`publish.inbox.results`).
"""

from collections import deque
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Generic, Protocol, TypeVar


class Numbered(Protocol):
    """A message with a number that gives its place in the queue."""

    @property
    def seq(self) -> int:
        """The number; later messages have higher ones."""
        ...


Message = TypeVar("Message", bound=Numbered)


class SendQueue(Generic[Message]):
    """A queue in which a message waits, is in flight, and leaves when it is acknowledged.

    Messages that were in flight on a lost connection wait again, in their old order.
    """

    def __init__(self) -> None:
        self._waiting: deque[Message] = deque()
        self._in_flight: dict[int, Message] = {}

    def __len__(self) -> int:
        return len(self._waiting) + len(self._in_flight)

    def __iter__(self) -> Iterator[Message]:
        yield from self._in_flight.values()
        yield from self._waiting

    @property
    def waiting_count(self) -> int:
        """The number of waiting messages."""
        return len(self._waiting)

    def add(self, messages: Iterable[Message]) -> None:
        """Appends messages behind the waiting ones."""
        self._waiting.extend(messages)

    def next(self) -> Message | None:
        """Moves the oldest waiting message in flight and returns it; None if none waits."""
        if not self._waiting:
            return None
        message = self._waiting.popleft()
        self._in_flight[message.seq] = message
        return message

    def is_in_flight(self, seq: int) -> bool:
        """Returns whether a message was sent and is not acknowledged yet."""
        return seq in self._in_flight

    def acknowledge(self, seq: int) -> bool:
        """Removes a message in flight; returns whether it was in flight."""
        return self._in_flight.pop(seq, None) is not None

    def requeue(self, seq: int | None = None) -> None:
        """Lets messages in flight wait again, in their old order; all, or only the given one."""
        seqs = list(self._in_flight) if seq is None else [seq]
        messages = [self._in_flight.pop(seq) for seq in seqs if seq in self._in_flight]
        youngest = max((message.seq for message in messages), default=0)
        while self._waiting and self._waiting[0].seq < youngest:  # was put back before these
            messages.append(self._waiting.popleft())
        messages.sort(key=lambda message: message.seq, reverse=True)
        self._waiting.extendleft(messages)

    def remove(self, seqs: AbstractSet[int]) -> None:
        """Removes waiting messages by their numbers."""
        if self._waiting and seqs == {self._waiting[0].seq}:
            self._waiting.popleft()
        else:
            self._waiting = deque(message for message in self._waiting if message.seq not in seqs)

    def waiting(self) -> Iterator[Message]:
        """Yields the waiting messages, the oldest first."""
        return iter(self._waiting)

    def clear(self) -> None:
        """Removes all messages."""
        self._waiting.clear()
        self._in_flight.clear()
