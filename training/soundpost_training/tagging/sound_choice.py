"""Chooses recordings for examples, so that rare labels and small sources are used as well."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from soundpost_training.sources.recording import SourceRecording

LASTING = frozenset({"ambience", "speech", "music"})
"""Sources and labels of sounds that last: their crops need not have a loud moment."""

COMPANION_LASTING_SHARE = 0.65
"""Of the second sounds that last, as what sounds beneath an event at a post does."""

MOST_OF_LABEL = 60
"""Recordings beyond which a label is not drawn more often."""

LASTING_WEIGHT = 4.0
"""Of a source of sounds that last: it has few recordings, which are long."""


class SoundChoice:
    """Draws positions of recordings.

    Args:
        recordings: All recordings of an experiment.
        label_share: Share of the foregrounds that are drawn label by label.
    """

    def __init__(self, recordings: Sequence[SourceRecording], label_share: float) -> None:
        by_label: dict[str, list[int]] = defaultdict(list)
        by_source: dict[str, list[int]] = defaultdict(list)
        self._is_lasting = [bool(LASTING & {item.source, *item.labels}) for item in recordings]
        for position, recording in enumerate(recordings):
            by_source[recording.source].append(position)
            for label in recording.labels:
                by_label[label].append(position)
        self._labels = [by_label[label] for label in sorted(by_label)]
        self._sources = [by_source[source] for source in sorted(by_source)]
        self._lasting = [position for position, lasts in enumerate(self._is_lasting) if lasts]
        self._label_share = label_share if self._labels else 0.0
        self._label_weights = _shares([min(len(some), MOST_OF_LABEL) for some in self._labels])
        self._source_weights = _shares(
            [
                len(some) * (LASTING_WEIGHT**2 if self._is_lasting[some[0]] else 1.0)
                for some in self._sources
            ]
        )

    def foreground(self, rng: np.random.Generator) -> tuple[int, bool]:
        """Returns the position of a recording, and whether it is an event."""
        if rng.random() < self._label_share:
            some = self._labels[int(rng.choice(len(self._labels), p=self._label_weights))]
        else:
            some = self._sources[int(rng.choice(len(self._sources), p=self._source_weights))]
        position = int(rng.choice(some))
        return position, not self._is_lasting[position]

    def companion(self, rng: np.random.Generator) -> tuple[int, bool]:
        """Returns the position of a second recording, and whether it is an event."""
        if self._lasting and rng.random() < COMPANION_LASTING_SHARE:
            return int(rng.choice(self._lasting)), False
        return self.foreground(rng)


def _shares(counts: Sequence[float]) -> np.ndarray:
    """Returns probabilities that grow with the square root of counts, float64[n]."""
    roots = np.sqrt(np.array(counts, np.float64))
    shares: np.ndarray = roots / roots.sum() if len(roots) else roots
    return shares
