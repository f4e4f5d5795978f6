"""Figures of a head on recordings of folds that it was not fitted on."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.paths import text_of
from soundpost_training.metrics import Figure, accuracy, confusion
from soundpost_training.quick.folds import clip_scores
from soundpost_training.quick.material import Material

Real = NDArray[np.float32]

CLIPS_TO_LISTEN_TO = 3
"""Of each confusion, enough to find out why."""


class LabelFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One label in held-out clips: their number, and the share recognised by the highest score."""

    name: str
    clips: int
    recordings: int
    recall: float
    precision: float


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """A label recognised as another: number of clips, and paths of some to listen to."""

    label: str
    taken_for: str
    clips: int
    paths: list[str]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of all folds.

    Attributes:
        folds: The folds.
        accuracies: Clip accuracy by the highest score, of each fold; empty for one label.
        labels: Each label.
        mistakes: The most frequent confusion first.
    """

    folds: list[int]
    accuracies: list[float]
    labels: list[LabelFigures]
    mistakes: list[Mistake]

    @property
    def accuracy(self) -> Figure:
        """Mean and standard deviation over the folds."""
        return Figure.over_folds(self.accuracies)


def figures_of(material: Material, scores: Real) -> Figures:
    """Returns the figures of scores float32[windows, labels], each of a held-out recording."""
    dataset = material.dataset
    by_clip = clip_scores(material, scores)
    targets = np.array(dataset.targets())
    table = confusion(by_clip, targets)
    folds = np.array([clip.fold for clip in dataset.clips])
    groups = [
        {clip.group for clip in dataset.clips if clip.label == name} for name in dataset.labels
    ]
    several = len(dataset.labels) > 1
    return Figures(
        folds=dataset.folds,
        accuracies=[
            accuracy(by_clip[folds == fold], targets[folds == fold])
            for fold in dataset.folds
            if several
        ],
        labels=[
            LabelFigures(
                name=name,
                clips=int(table[index].sum()),
                recordings=len(groups[index]),
                recall=float(table[index, index] / max(1, table[index].sum())),
                precision=float(table[index, index] / max(1, table[:, index].sum())),
            )
            for index, name in enumerate(dataset.labels)
        ],
        mistakes=_mistakes(material, by_clip, table),
    )


def accuracy_sentence(figures: Figures) -> str:
    """Returns the sentence on the accuracy of clips; empty for one label."""
    if not figures.accuracies:
        return ""
    mean = figures.accuracy
    return f"Accuracy of clips: **{mean.mean:.2%} ± {mean.spread:.2%}**. "


def _mistakes(material: Material, by_clip: Real, table: NDArray[np.int64]) -> list[Mistake]:
    dataset, targets = material.dataset, np.array(material.dataset.targets())
    recognised = by_clip.argmax(axis=1)
    wrong = table - np.diag(np.diag(table))
    mistakes = []
    for row, column in zip(*np.nonzero(wrong), strict=True):
        clips = np.flatnonzero((targets == row) & (recognised == column))
        surest = clips[np.argsort(-by_clip[clips, column], kind="stable")]
        mistakes.append(
            Mistake(
                label=dataset.labels[row],
                taken_for=dataset.labels[column],
                clips=len(clips),
                paths=[text_of(dataset.clips[at].path) for at in surest[:CLIPS_TO_LISTEN_TO]],
            )
        )
    return sorted(mistakes, key=lambda mistake: -mistake.clips)
