"""An event as it is shown: the latest of its states."""

from typing import NamedTuple, Self

from soundpost_web.history.message import EventMessage, Rank

_OPEN = (Rank.STARTED, Rank.CONFIRMED)


class Event(NamedTuple):
    """An event; the fields are those of `EventMessage`, and these.

    Attributes:
        key: The number of its row in the history; 0 if it is not from there.
        rank: The latest state.
        at_ms: The place in the history.
    """

    key: int
    node: str
    id: str
    rank: Rank
    label: str
    common_name: str | None
    scientific_name: str | None
    score: float
    threshold: float
    at_ms: int
    onset_ms: int
    offset_ms: int | None
    clock: str
    level_dbfs: float
    model: str
    clip: str | None
    is_backfilled: bool

    @classmethod
    def of(cls, message: EventMessage) -> Self:
        """Returns an event in the state that a message gives."""
        fields = {name: getattr(message, name) for name in cls._fields if name != "key"}
        return cls(key=0, **fields)

    @property
    def is_open(self) -> bool:
        """True if no message has ended it."""
        return self.rank in _OPEN

    @property
    def shown(self) -> str:
        """Its common name, or its label."""
        return self.common_name or self.label

    @property
    def seconds(self) -> float | None:
        """Its length; None while it lasts."""
        if self.offset_ms is None:
            return None
        return max(0, self.offset_ms - self.onset_ms) / 1_000.0
