"""The entries that are at hand to be sent, and those on their way."""

from collections import deque
from collections.abc import Iterable, Iterator

from soundpost.publish.outbox.record import OutboxRecord


class SendQueue:
    """An entry waits, then is under way, then is settled, or waits again in its old place."""

    def __init__(self) -> None:
        self._waiting: deque[OutboxRecord] = deque()
        self._in_flight: dict[int, OutboxRecord] = {}

    def __iter__(self) -> Iterator[OutboxRecord]:
        yield from self._in_flight.values()
        yield from self._waiting

    @property
    def waiting_count(self) -> int:
        """How many entries wait."""
        return len(self._waiting)

    def add(self, entries: Iterable[OutboxRecord]) -> None:
        """Let these wait behind the others."""
        self._waiting.extend(entries)

    def next(self) -> OutboxRecord | None:
        """The oldest waiting entry, now under way; None when nothing waits."""
        if not self._waiting:
            return None
        entry = self._waiting.popleft()
        self._in_flight[entry.seq] = entry
        return entry

    def is_under_way(self, seq: int) -> bool:
        """Whether it was sent and not answered."""
        return seq in self._in_flight

    def acknowledge(self, seq: int) -> bool:
        """Forget an entry that was under way; whether it was."""
        return self._in_flight.pop(seq, None) is not None

    def put_back(self, seq: int | None = None) -> None:
        """Let all that is under way wait again, before everything younger; or only that one."""
        again = list(self._in_flight) if seq is None else [seq]
        entries = [self._in_flight.pop(one) for one in again if one in self._in_flight]
        youngest = max((entry.seq for entry in entries), default=0)
        while self._waiting and self._waiting[0].seq < youngest:  # it was put back before these
            entries.append(self._waiting.popleft())
        entries.sort(key=lambda entry: entry.seq, reverse=True)
        self._waiting.extendleft(entries)

    def remove(self, seqs: set[int]) -> None:
        """Let those of the waiting entries go."""
        if self._waiting and seqs == {self._waiting[0].seq}:
            self._waiting.popleft()
        else:
            self._waiting = deque(entry for entry in self._waiting if entry.seq not in seqs)

    def waiting(self) -> Iterator[OutboxRecord]:
        """Those that wait, the oldest first."""
        return iter(self._waiting)

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        self._in_flight.clear()
