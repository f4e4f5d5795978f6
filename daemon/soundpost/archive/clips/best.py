"""Selects the best events of each label, spread over the recordings."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from soundpost.archive.row import Row


class _Rank(NamedTuple):
    """The order of the candidates of a label: the smallest is the best.

    Attributes:
        turn: How many events of the same label and recording are better.
        negative_score: The score, with its sign changed.
        recording: The number of the recording.
        begin_seconds: The onset in the recording.
        id: The id of the event: two models may have an event at the same onset.
    """

    turn: int
    negative_score: float
    recording: int
    begin_seconds: float
    id: str


class BestEvents:
    """Selects at most a number of events of each label and model.

    The best event of every recording comes before the second best of any, so that one recording
    with a bird beside the microphone does not fill the selection. Among those of the same turn the
    score decides, then the order of the recordings.

    Memory depends on the number of labels alone. Each model has its own selection, because scores
    of two models are not comparable.

    Args:
        most: Events of each label.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._recordings = 0
        self._best: dict[tuple[str, str], list[tuple[_Rank, Row]]] = {}

    def add(self, rows: Iterable[Row]) -> None:
        """Takes all events of the next recording."""
        own: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in rows:
            own[row.label, row.model_id].append(row)
        for key, events in own.items():
            events.sort(key=lambda row: (-row.score, row.begin_seconds, row.id))
            candidates = self._best.setdefault(key, [])
            candidates += [
                (_Rank(turn, -row.score, self._recordings, row.begin_seconds, row.id), row)
                for turn, row in enumerate(events[: self._most])
            ]
            candidates.sort(key=lambda candidate: candidate[0])
            del candidates[self._most :]
        self._recordings += 1

    def selected(self) -> list[Row]:
        """Returns the events by label and model, each with its highest score first."""
        return [
            row
            for key in sorted(self._best)
            for _, row in sorted(self._best[key], key=lambda candidate: candidate[0][1:])
        ]
