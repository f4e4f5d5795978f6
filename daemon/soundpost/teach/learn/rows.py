"""The rows that a head is fitted on: their weights, and folds by recording."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.teach.examples import Embeddings, Examples, KeptEmbeddings, Recording, Stretch
from soundpost.teach.learn.cost import Single
from soundpost.teach.learn.logistic import Linear, fit_logistic, inverse_curvature

MOST_FOLDS = 10
"""Up to ten recordings each is held out alone; of more, a tenth at a time."""
LEAST_FOLDS = 2
BLOCK_SECONDS = 60.0
"""Of background that is in one fold: longer than most sounds that fill several windows."""
MOST_BACKGROUND_ROWS = 3_000
"""Windows of the background that a head is fitted on, evenly spaced: of an hour, every fifth. As
many of other recordings, besides their loud parts: sixty of a minute would take 100 MB more."""
NO_FOLD = -1
_SHARES = (0.1, 1.0, 1.0)
"""Of general sounds, the background and other recordings. What a place has says more of it than the
sounds of the world, even if it is nine minutes: see docs/adr/0068."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a stretch that is in one fold.

    Attributes:
        stretch: Position of the stretch among the negatives of the examples.
        first: Its first window.
        last: One past its last window.
        fold: Its fold.
    """

    stretch: int
    first: int
    last: int
    fold: int


class FitRows:
    """All rows of examples, with their weights and folds.

    The label counts for one half, and each of its recordings for as much as any other, however long
    it is. The other half is shared by general sounds, background and other recordings, as far as
    there are any, by `_SHARES`. Nothing depends on the order of the recordings.

    Args:
        examples: With at least two recordings of the label, of different keys.

    Attributes:
        folds: The number of folds.
        blocks: The parts of the negatives.
    """

    def __init__(self, examples: Examples) -> None:
        self._examples = examples
        self.folds = min(MOST_FOLDS, max(LEAST_FOLDS, len(examples.label)))
        self.label_folds = _folds_of(examples.label, self.folds)
        other_folds = _folds_of(examples.others, self.folds)
        self.blocks = list(self._blocks(other_folds))
        parts = [
            _Part(recording.rows, fold, 0.5 / len(examples.label), is_label=True)
            for recording, fold in sorted(
                zip(examples.label, self.label_folds, strict=True), key=lambda pair: pair[0].key
            )
        ]
        sources = [list(self._general()), self._background(), self._others(other_folds)]
        shares = [share for share, source in zip(_SHARES, sources, strict=True) if source]
        for share, source in zip(_SHARES, sources, strict=True):
            parts += [part.weighted(0.5 * share / sum(shares) / len(source)) for part in source]
        # As a node stores them: a fold is a copy of most of them, and memory is scarce.
        self._rows = np.concatenate([part.rows.astype(np.float16) for part in parts])
        self._is_label = np.concatenate([part.filled(part.is_label) for part in parts])
        self._weights = np.concatenate(
            [part.filled(part.weight / len(part.rows)) for part in parts]
        )
        self._fold = np.concatenate([part.filled(part.fold) for part in parts])
        self._inverse: Single | None = None

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self._rows)

    def fit(self, without_fold: int = NO_FOLD, start: Linear | None = None) -> Linear:
        """Returns the function that is fitted on all rows but those of a fold.

        Args:
            without_fold: The fold.
            start: The fit on all rows, which saves steps.
        """
        rows, is_label, weights = self._rows, self._is_label, self._weights
        if without_fold != NO_FOLD:
            used = self._fold != without_fold
            rows, is_label, weights = rows[used], is_label[used], weights[used].copy()
            for side in (is_label, ~is_label):  # each half stays one half
                weights[side] *= 0.5 / weights[side].sum()
        if start is None:
            return fit_logistic(rows, is_label, weights)
        return fit_logistic(rows, is_label, weights, start.coefficients, self._inverse_at(start))

    def _inverse_at(self, fitted: Linear) -> Single:
        """Returns the inverse curvature of all rows at the fit on all; each fold begins with it."""
        if self._inverse is None:
            self._inverse = inverse_curvature(self._rows, self._weights, fitted)
        return self._inverse

    def general_of(self, fold: int) -> Embeddings:
        """Returns the general sounds of a fold."""
        return self._examples.general[fold :: self.folds]

    def _general(self) -> Iterator["_Part"]:
        for fold in range(self.folds):
            rows = self.general_of(fold)
            if len(rows):
                yield _Part(rows, fold)

    def _background(self) -> list["_Part"]:
        background = self._examples.background
        every = _every(background)
        parts = [
            _Part(
                background[block.stretch].embeddings[block.first : block.last : every], block.fold
            )
            for block in self.blocks
            if block.stretch < len(background)
        ]
        return [part for part in parts if len(part.rows)]

    def _others(self, folds: Sequence[int]) -> list["_Part"]:
        pairs = sorted(zip(self._examples.others, folds, strict=True), key=lambda pair: pair[0].key)
        every = _every([recording.stretch for recording in self._examples.others])
        return [
            _Part(np.concatenate((recording.stretch.embeddings[::every], recording.rows)), fold)
            for recording, fold in pairs
        ]

    def _blocks(self, other_folds: Sequence[int]) -> Iterator[Block]:
        """Yields the parts of the background, then the other recordings, in their order."""
        background: Sequence[Stretch] = self._examples.background
        sizes = [max(1, round(BLOCK_SECONDS / stretch.stride_seconds)) for stretch in background]
        total = sum(
            -(-len(stretch.embeddings) // size)
            for stretch, size in zip(background, sizes, strict=True)
        )
        number = 0
        for position, (stretch, size) in enumerate(zip(background, sizes, strict=True)):
            for first in range(0, len(stretch.embeddings), size):
                last = min(first + size, len(stretch.embeddings))
                # Neighbours share a fold: a sound that lasts is in few folds.
                yield Block(position, first, last, number * self.folds // total)
                number += 1
        for at, fold in enumerate(other_folds):
            position = len(background) + at
            yield Block(position, 0, len(self._examples.others[at].stretch.embeddings), fold)


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of one recording, of one block of background, or of general sounds of one fold."""

    rows: KeptEmbeddings
    fold: int
    weight: float = 0.0
    is_label: bool = False

    def weighted(self, weight: float) -> "_Part":
        return _Part(self.rows, self.fold, weight, self.is_label)

    def filled(self, value: float) -> NDArray[np.generic]:
        """Returns a value for each row."""
        return np.full(len(self.rows), value)


def _every(stretches: Sequence[Stretch]) -> int:
    """Returns the step between the windows of stretches that a head is fitted on."""
    windows = sum(len(stretch.embeddings) for stretch in stretches)
    return max(1, -(-windows // MOST_BACKGROUND_ROWS))


def _folds_of(recordings: Sequence[Recording], folds: int) -> list[int]:
    """Returns the fold of each recording, by the order of their keys."""
    order = sorted(range(len(recordings)), key=lambda at: recordings[at].key)
    fold_of = {at: rank % folds for rank, at in enumerate(order)}
    return [fold_of[at] for at in range(len(recordings))]
