"""The choice of events from the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from soundpost.review.event import Verdict

VerdictChoice = Verdict | Literal["none", "any"]
"""`none`: events that no verdict counts for; `any`: all events."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The events that are chosen: those that all of these hold for.

    Attributes:
        origins: Numbers of the folders that they come from; None for all.
        labels: Their labels or common names; empty for all.
        min_score: Their least score.
        verdict: The verdict that counts for them.
        nodes: The nodes that they are of; empty for all.
    """

    origins: Sequence[int] | None = None
    labels: Sequence[str] = ()
    min_score: float = 0.0
    verdict: VerdictChoice = "any"
    nodes: Sequence[str] = ()

    def condition(self) -> tuple[str, list[object]]:
        """Returns the condition on a row of the view `reviewed`, and its values."""
        parts = ["score >= ?"]
        values: list[object] = [self.min_score]
        if self.origins is not None:
            parts.append(f"origin IN ({_marks(self.origins)})")
            values += self.origins
        if self.labels:
            marks = _marks(self.labels)
            parts.append(f"(label IN ({marks}) OR common_name IN ({marks}))")
            values += [*self.labels, *self.labels]
        if self.nodes:
            parts.append(f"node IN ({_marks(self.nodes)})")
            values += self.nodes
        if self.verdict == "none":
            parts.append("verdict IS NULL")
        elif self.verdict != "any":
            parts.append("verdict = ?")
            values.append(str(self.verdict))
        return " AND ".join(parts), values


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
