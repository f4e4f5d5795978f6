"""Scores every recording and every minute of background by a head that was not fitted on it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from soundpost.teach.examples import Examples
from soundpost.teach.learn.cost import Real
from soundpost.teach.learn.logistic import Linear
from soundpost.teach.learn.rows import FitRows


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Logits by heads that were not fitted on what they score.

    Attributes:
        label: Of the windows of each recording of the label.
        negatives: Of the windows of each of `Examples.negatives`.
        general: Of the general sounds.
    """

    label: list[Real]
    negatives: list[Real]
    general: Real

    @property
    def separation(self) -> float | None:
        """The share of pairs in which a recording of the label has the higher score (AUC).

        The pairs are its recordings and the other sounds: minutes of background and clips, or
        general sounds where there are neither. None without any.
        """
        others = [values.max() for values in self.negatives if len(values)]
        negatives = np.array(others) if others else self.general
        if not len(negatives):
            return None
        return area_under_curve(np.array([best(values) for values in self.label]), negatives)


def best(logits: Real) -> float:
    """Returns the highest mean of two successive windows, or the only one."""
    if len(logits) < 2:  # noqa: PLR2004 - two windows have one mean
        return float(logits.max())
    return float((logits[1:] + logits[:-1]).max() / 2)


def area_under_curve(positives: Real, negatives: Real) -> float:
    """Returns the area under the receiver operating characteristic; equal scores count one half."""
    ordered = np.sort(negatives)
    below = np.searchsorted(ordered, positives, "left")
    not_above = np.searchsorted(ordered, positives, "right")
    return float((below + not_above).mean() / 2 / len(negatives))


def hold_out(
    examples: Examples, rows: FitRows, fitted: Linear, progress: Callable[[int, int], None]
) -> HeldOut:
    """Returns the logits of all examples, each by a head that was fitted without its fold.

    Args:
        examples: What is scored.
        rows: Their rows.
        fitted: The head on all rows: the fits of the folds begin there, and end elsewhere, at the
            only minimum that their own rows have.
        progress: Called with the folds that are done, and all.
    """
    label: list[Real] = [np.empty(0)] * len(examples.label)
    stretches = examples.negatives
    negatives = [np.empty(len(stretch.embeddings)) for stretch in stretches]
    general = np.empty(len(examples.general))
    for fold in range(rows.folds):
        progress(fold, rows.folds)
        head = rows.fit(without_fold=fold, start=fitted)
        for at, of_fold in enumerate(rows.label_folds):
            if of_fold == fold:
                label[at] = head.logits(examples.label[at].stretch.embeddings)
        for block in rows.blocks:
            if block.fold == fold:
                part = slice(block.first, block.last)
                negatives[block.stretch][part] = head.logits(
                    stretches[block.stretch].embeddings[part]
                )
        general[fold :: rows.folds] = head.logits(rows.general_of(fold))
    progress(rows.folds, rows.folds)
    return HeldOut(label, negatives, general)
