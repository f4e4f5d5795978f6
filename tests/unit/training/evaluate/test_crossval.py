"""Figures over folds, of all labels and among some."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.evaluate.crossval import figures, figures_among
from soundpost_training.scoring.scoring import FoldScores

LABELS = 4


def scored(seed: int) -> FoldScores:
    """Thirty clips of two windows each, of four labels, with scores by chance."""
    rng = np.random.default_rng(seed)
    int8, real = (rng.random((60, LABELS)).astype(np.float32) for _ in range(2))
    return FoldScores(
        clips=np.arange(30),
        truth=np.concatenate((np.arange(LABELS), rng.integers(0, LABELS, 30 - LABELS))),
        owners=np.repeat(np.arange(30), 2),
        int8=int8,
        real=real,
    )


@given(st.integers(0, 2**32))
def test_among_all_labels_the_figures_are_the_same(seed: int) -> None:
    """Nothing is left out."""
    scores = scored(seed)
    assert figures_among(list(range(LABELS)), 1, scores) == figures(1, scores)


@given(st.integers(0, 2**32), st.sets(st.integers(0, LABELS - 1), min_size=2))
def test_among_some_labels_only_their_clips_and_scores_count(seed: int, chosen: set[int]) -> None:
    """What the others score, and whether their clips are recognised, changes nothing."""
    scores, columns = scored(seed), sorted(chosen)
    right = [
        max(columns, key=lambda label: clip[label]) == truth
        for clip, truth in zip(scores.of_clips(scores.int8), scores.truth, strict=True)
        if truth in chosen
    ]
    assert figures_among(columns, 1, scores).int8 == np.mean(right)
