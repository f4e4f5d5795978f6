"""Chooses recordings for examples, so that rare labels and small sources are used as well."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from soundpost_training.sources.recording import SourceRecording

LASTING = ("ambience", "speech", "music")
"""Sources and labels of sounds that last: their crops need not have a loud moment."""

COMPANION_LASTING_SHARE = 0.65
"""Of the second sounds that last, as what sounds beneath an event at a post does."""

MOST_OF_LABEL = 60
"""Recordings beyond which a label is not drawn more often."""


class SoundChoice:
    """Draws positions of recordings.

    Args:
        recordings: All recordings of an experiment.
        label_share: Share of the foregrounds that are drawn label by label.
    """

    def __init__(self, recordings: Sequence[SourceRecording], label_share: float) -> None:
        by_label: dict[str, list[int]] = defaultdict(list)
        by_source: dict[str, list[int]] = defaultdict(list)
        lasting: dict[str, list[int]] = defaultdict(list)
        seconds: dict[str, float] = defaultdict(float)
        for position, recording in enumerate(recordings):
            by_source[recording.source].append(position)
            seconds[recording.source] += recording.seconds
            for label in recording.labels:
                by_label[label].append(position)
            for kind in LASTING:
                if kind in {recording.source, *recording.labels}:
                    lasting[kind].append(position)
        self._is_lasting = {position for some in lasting.values() for position in some}
        self._lasting = [lasting[kind] for kind in LASTING if lasting[kind]]
        self._labels = [by_label[label] for label in sorted(by_label)]
        self._sources = [by_source[source] for source in sorted(by_source)]
        self._label_share = label_share if self._labels else 0.0
        self._label_weights = _shares([min(len(some), MOST_OF_LABEL) for some in self._labels])
        # At least a second, so that a source whose durations are not known is drawn as well.
        self._source_weights = _shares([max(seconds[name], 1.0) for name in sorted(by_source)])

    def foreground(self, rng: np.random.Generator) -> tuple[int, bool]:
        """Returns the position of a recording, and whether it is an event."""
        if rng.random() < self._label_share:
            some = self._labels[int(rng.choice(len(self._labels), p=self._label_weights))]
        else:
            some = self._sources[int(rng.choice(len(self._sources), p=self._source_weights))]
        position = some[int(rng.integers(len(some)))]
        return position, position not in self._is_lasting

    def companion(self, rng: np.random.Generator) -> tuple[int, bool]:
        """Returns the position of a second recording, and whether it is an event."""
        if self._lasting and rng.random() < COMPANION_LASTING_SHARE:
            some = self._lasting[int(rng.integers(len(self._lasting)))]
            return some[int(rng.integers(len(some)))], False
        return self.foreground(rng)


def _shares(amounts: Sequence[float]) -> NDArray[np.float64]:
    """Returns probabilities that grow with the square root of amounts, float64[n]."""
    roots = np.sqrt(np.array(amounts, np.float64))
    shares: NDArray[np.float64] = roots / roots.sum() if len(roots) else roots
    return shares
