"""A classifier with heads: scores the labels of both from one inference."""

from collections.abc import Sequence

import numpy as np

from soundpost.classify import Classifier
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
        running = {
            column: head
            for column, head in enumerate(heads)
            if head is not None and len(head.weights) == size
        }
        self._columns = list(running)
        self._linear = LinearHeads(list(running.values())) if running else None
        self._silent = np.zeros(len(heads), np.float32)
        if running:
            classifier.embeds = True

    def classify(self, window: AnyWindow) -> Scores:
        """Returns the scores of a window."""
        return self.classify_all([window])[0]

    def classify_all(self, windows: Sequence[AnyWindow]) -> list[Scores]:
        """Returns the scores of windows; many successive ones at once take less time."""
        return [self._extended(scores) for scores in self._classifier.classify_all(windows)]

    def _extended(self, scores: Scores) -> Scores:
        of_heads = self._silent
        if self._linear is not None and scores.embedding is not None:
            of_heads = of_heads.copy()
            of_heads[self._columns] = self._linear.scores(scores.embedding[None])[0]
        values = np.concatenate((scores.values, of_heads))
        return Scores(scores.window, values, scores.model, scores.embedding)
