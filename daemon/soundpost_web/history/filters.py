"""The filter of the history, and its condition in SQL."""

import json
from dataclasses import dataclass
from typing import NamedTuple

from soundpost_web.history.message import Rank

ANY_STATE = "all"
STATES = {
    ANY_STATE: tuple(Rank),
    "confirmed": (Rank.CONFIRMED, Rank.ENDED),
    "running": (Rank.STARTED, Rank.CONFIRMED),
    "retracted": (Rank.RETRACTED,),
}
"""The choices of states, by their names in addresses; the latest state of the event counts."""


class Cursor(NamedTuple):
    """The place of the last event of a page: the next page begins below it."""

    at_ms: int
    key: int

    def __str__(self) -> str:
        return f"{self.at_ms}-{self.key}"


@dataclass(frozen=True, slots=True)
class EventFilter:
    """The events that are shown.

    Attributes:
        from_ms: The start of the period, milliseconds since 1970.
        to_ms: Its end, not included.
        node: `<node>` or `<node>/<source>`; None for all.
        label: A label; None for all.
        labels: The labels of a group; None for all.
        least_score: The lowest score.
        states: A key of `STATES`.
    """

    from_ms: int
    to_ms: int
    node: str | None = None
    label: str | None = None
    labels: tuple[str, ...] | None = None
    least_score: float = 0.0
    states: str = ANY_STATE

    @property
    def condition(self) -> str:
        """The condition in SQL, with the names of `values`."""
        parts = ["at_ms >= :from_ms AND at_ms < :to_ms"]
        if self.node is not None:
            parts.append("node = :node")
        if self.label is not None:
            parts.append("label = :label")
        if self.labels is not None:
            parts.append("label IN (SELECT value FROM json_each(:labels))")
        if self.least_score > 0.0:
            parts.append("score >= :least_score")
        if self.states != ANY_STATE:
            ranks = ", ".join(str(int(rank)) for rank in STATES[self.states])
            parts.append(f"rank IN ({ranks})")
        return " AND ".join(parts)

    @property
    def values(self) -> dict[str, object]:
        """The values of `condition`."""
        return {
            "from_ms": self.from_ms,
            "to_ms": self.to_ms,
            "node": self.node,
            "label": self.label,
            "labels": json.dumps(self.labels),
            "least_score": self.least_score,
        }
