"""A recording with its known labels, and a source: the recordings of one corpus or package."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SourceRecording:
    """One recording of a source.

    Attributes:
        path: The audio file.
        source: The name of its source, such as `esc50` or `debian:openarena-data`.
        group: Recordings of one group are never split over training and evaluation.
        labels: Labels that sound somewhere in it; nothing is known of the other labels.
        licence: Its licence, by the short name of SPDX or DEP-5 where it has one.
        attribution: The authors to name, and the place of the licence's text.
        held_out: True for evaluation only.
        seconds: Its duration; 0 if it is not known.
    """

    path: Path
    source: str
    group: str
    labels: tuple[str, ...]
    licence: str
    attribution: str
    held_out: bool
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Source:
    """The recordings of a corpus or package, for training and for a model card.

    Attributes:
        name: As in `SourceRecording.source`.
        recordings: The recordings that can be used.
        left_out: What was left out, each line with its reason.
    """

    name: str
    recordings: tuple[SourceRecording, ...]
    left_out: tuple[str, ...] = ()

    @property
    def licence(self) -> str:
        """The licences of the recordings, the most frequent first."""
        return "; ".join(_by_frequency([recording.licence for recording in self.recordings]))

    @property
    def attribution(self) -> str:
        """The attributions of the recordings, the most frequent first."""
        return "; ".join(_by_frequency([recording.attribution for recording in self.recordings]))

    @property
    def hours(self) -> float:
        """The duration of the recordings."""
        return sum(recording.seconds for recording in self.recordings) / 3600

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the recordings, the most frequent first."""
        every = [label for recording in self.recordings for label in recording.labels]
        return tuple(_by_frequency(every))


def _by_frequency(names: list[str]) -> list[str]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))
