"""The totals of an archive, from a first pass over its recordings."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

from soundpost.archive.part import Part
from soundpost.archive.report.local_time import certain_start_ns
from soundpost.archive.row import Row
from soundpost.audio import NANOSECONDS

LabelKey = tuple[str, str]
"""A label, and the model that has it."""

MOST_NAMED = 200
"""Files that the page names in a list; recordings.csv has all."""


@dataclass(slots=True)
class LabelTotals:
    """The sum of the events of a label of one model.

    Attributes:
        first: An event: names, model and threshold are those of all.
        events: Their number.
        seconds: Their length together.
        best_score: The highest score.
        recordings: The recordings with at least one.
        untimed: The events in recordings whose time is not certain.
    """

    first: Row
    events: int = 0
    seconds: float = 0.0
    best_score: float = 0.0
    recordings: int = 0
    untimed: int = 0


@dataclass(slots=True)
class Totals:
    """The totals of an archive.

    Attributes:
        most_files: Recordings of which timelines are drawn.
        recordings: Recordings that were analyzed.
        seconds: Their length together.
        events: Their events.
        untimed_recordings: Those whose time is not known, or flagged.
        untimed_seconds: Their length together.
        untimed_events: Their events.
        flags: The number of recordings with each flag of time.
        first_ns: The start of the earliest recording whose time is certain.
        last_ns: The end of the latest one.
        damaged: The number of recordings that are damaged.
        damages: The first of them, with their damage.
        labels: The totals of each label.
    """

    most_files: int = 0
    recordings: int = 0
    seconds: float = 0.0
    events: int = 0
    untimed_recordings: int = 0
    untimed_seconds: float = 0.0
    untimed_events: int = 0
    flags: dict[str, int] = field(default_factory=dict)
    first_ns: int | None = None
    last_ns: int | None = None
    damaged: int = 0
    damages: list[tuple[str, str]] = field(default_factory=list)
    labels: dict[LabelKey, LabelTotals] = field(default_factory=dict)
    _richest: list[tuple[int, int]] = field(default_factory=list)

    def add(self, part: Part) -> None:
        """Adds the next recording."""
        start_ns = certain_start_ns(part)
        if self.most_files and part.rows:
            heapq.heappush(self._richest, (len(part.rows), -self.recordings))
            if len(self._richest) > self.most_files:
                heapq.heappop(self._richest)
        self.recordings += 1
        self.seconds += part.seconds
        self.events += len(part.rows)
        self._add_damage(part)
        if start_ns is None:
            self._add_untimed(part)
        else:
            end_ns = start_ns + round(part.seconds * NANOSECONDS)
            self.first_ns = min(start_ns, self.first_ns or start_ns)
            self.last_ns = max(end_ns, self.last_ns or end_ns)
        for key, rows in _by_label(part.rows).items():
            self._add_label(key, rows, is_timed=start_ns is not None)

    def ranked(self) -> list[LabelKey]:
        """Returns the labels, those with the most events first."""
        return sorted(self.labels, key=lambda key: (-self.labels[key].events, key))

    def richest(self) -> frozenset[int]:
        """Returns the numbers of the recordings with the most events, the earlier of equal ones."""
        return frozenset(-negative for _, negative in self._richest)

    def _add_damage(self, part: Part) -> None:
        if part.damage:
            self.damaged += 1
            if self.damaged <= MOST_NAMED:
                self.damages.append((part.file, part.damage))

    def _add_untimed(self, part: Part) -> None:
        self.untimed_recordings += 1
        self.untimed_seconds += part.seconds
        self.untimed_events += len(part.rows)
        for flag in part.time_flags:
            self.flags[flag] = self.flags.get(flag, 0) + 1

    def _add_label(self, key: LabelKey, rows: Sequence[Row], *, is_timed: bool) -> None:
        label = self.labels.setdefault(key, LabelTotals(rows[0]))
        label.events += len(rows)
        label.seconds += sum(row.end_seconds - row.begin_seconds for row in rows)
        label.best_score = max(label.best_score, *(row.score for row in rows))
        label.recordings += 1
        label.untimed += 0 if is_timed else len(rows)


def _by_label(rows: Sequence[Row]) -> dict[LabelKey, list[Row]]:
    groups: dict[LabelKey, list[Row]] = {}
    for row in rows:
        groups.setdefault((row.label, row.model_id), []).append(row)
    return groups
