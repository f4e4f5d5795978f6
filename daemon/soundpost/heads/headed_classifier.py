"""A classifier with heads: scores the labels of both from one inference."""

from collections.abc import Sequence

import numpy as np

from soundpost.classify import Classifier
from soundpost.classify.network.embeddings import embeddings_of
from soundpost.events import AnyWindow, Scores
from soundpost.heads.weights import HeadWeights, LinearHeads


class HeadedClassifier:
    """Scores the labels of a model and of its heads, from one inference.

    The scores of the model's own labels are the same to the bit.

    Args:
        classifier: Of the model; it computes embeddings from now on.
        heads: The weights of each head, in the order of the labels; None for one that is not run,
            whose score is 0.
    """

    def __init__(self, classifier: Classifier, heads: Sequence[HeadWeights | None]) -> None:
        self._classifier = classifier
        size = classifier.embedding_size
        fitting = [head if head and len(head.weights) == size else None for head in heads]
        self._linear = LinearHeads(fitting) if any(fitting) else None
        self._silent = [0.0] * len(heads)
        if self._linear is not None:
            classifier.embeds = True

    def classify(self, window: AnyWindow) -> Scores:
        """Returns the scores of a window."""
        scores = self._classifier.classify(window)
        of_heads = self._silent
        if self._linear is not None and scores.embedded is not None:
            of_heads = self._linear.score(scores.embedded.values())
        values, labels = scores.values, len(scores.values)
        values.resize(labels + len(of_heads), refcheck=False)  # nothing else has this array yet
        for number, score in enumerate(of_heads, labels):  # faster than a slice for a few
            values[number] = score
        return scores

    def classify_all(self, windows: Sequence[AnyWindow]) -> list[Scores]:
        """Returns the scores of windows; many successive ones at once take less time."""
        if len(windows) == 1:  # as live sound has it
            return [self.classify(windows[0])]
        scores = self._classifier.classify_all(windows)
        embedded = [each.embedded for each in scores if each.embedded is not None]
        if self._linear is None or not embedded:
            return [_extended(each, self._silent) for each in scores]
        return [
            _extended(each, self._linear.score(embedding))
            for each, embedding in zip(scores, embeddings_of(embedded), strict=True)
        ]


def _extended(scores: Scores, of_heads: Sequence[float]) -> Scores:
    """Returns the scores of a window with others behind them."""
    labels = len(scores.values)
    values = np.empty(labels + len(of_heads), np.float32)
    values[:labels] = scores.values
    values[labels:] = of_heads
    return Scores(scores.window, values, scores.model, scores.embedded)
