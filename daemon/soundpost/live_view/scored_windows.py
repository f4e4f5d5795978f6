"""The windows that were classified lately: which sound is speech, and the top scores."""

from collections import deque
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from soundpost.events import Scores
from soundpost.evidence.privacy import SpeechLabels, speech_scores
from soundpost.manifest import Manifest

MOST_SCORES = 5
DECIMALS = 4


class _ScoredWindow(NamedTuple):
    """A window, its highest scores by label, and whether it is speech."""

    start_sample: int
    end_sample: int
    is_speech: bool
    scores: dict[str, float]


class ScoredWindows:
    """Follows the scores of all models.

    Args:
        manifests: Of the models, in the order of the configuration.
        labels: The labels that the node detects; others are in no scores.
    """

    def __init__(self, manifests: Sequence[Manifest], labels: Collection[str]) -> None:
        self._speech = SpeechLabels([speech_scores(manifest.labels) for manifest in manifests])
        self._names = [manifest.label_names for manifest in manifests]
        self._detected = [
            np.array([at for at, name in enumerate(names) if name in labels], np.intp)
            for names in self._names
        ]
        self._windows: list[deque[_ScoredWindow]] = [deque() for _ in manifests]

    def on_scores(self, scores: Scores) -> None:
        """Adds a window."""
        window, model = scores.window, scores.model
        detected, names = self._detected[model], self._names[model]
        values = scores.values[detected]
        if len(values) > MOST_SCORES:
            best = np.argpartition(values, -MOST_SCORES)[-MOST_SCORES:]
            detected, values = detected[best], values[best]
        top = {names[at]: float(value) for at, value in zip(detected, values, strict=True)}
        self._windows[model].append(
            _ScoredWindow(
                window.start_sample, window.end_sample, self._speech.is_speech(scores), top
            )
        )

    def drop_before(self, sample: int) -> None:
        """Forgets the windows that end before a sample."""
        for windows in self._windows:
            while windows and windows[0].end_sample <= sample:
                windows.popleft()

    def reset(self) -> None:
        """Forgets all windows."""
        for windows in self._windows:
            windows.clear()

    def hidden(self, start_sample: int, end_sample: int) -> NDArray[np.bool_]:
        """Returns which samples of a stretch are speech for a model, or have not been classified.

        Returns:
            bool[end_sample - start_sample].
        """
        hidden = np.zeros(end_sample - start_sample, np.bool_)
        for windows in self._windows:
            classified = np.zeros(len(hidden), np.bool_)
            for window in windows:
                first = max(0, window.start_sample - start_sample)
                end = max(0, window.end_sample - start_sample)
                classified[first:end] = True
                if window.is_speech:
                    hidden[first:end] = True
            hidden |= ~classified
        return hidden

    def top_scores(self, sample: int) -> dict[str, float]:
        """Returns the highest scores of the last windows that end by a sample, the highest first.

        Of a label that several models have, the higher score counts.
        """
        scores: dict[str, float] = {}
        for windows in self._windows:
            ended = [window for window in windows if window.end_sample <= sample]
            for label, score in ended[-1].scores.items() if ended else ():
                scores[label] = max(score, scores.get(label, 0.0))
        best = sorted(scores, key=lambda label: (-scores[label], label))[:MOST_SCORES]
        return {label: round(scores[label], DECIMALS) for label in best}
