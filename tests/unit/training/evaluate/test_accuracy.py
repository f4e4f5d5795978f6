"""Accuracy of folds, of all labels and among some."""

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.evaluate.accuracy import (
    FoldAccuracy,
    accuracy_among,
    fold_accuracy,
    summarize,
)
from soundpost_training.scoring.fold_scores import FoldScores

LABELS = 4


def random_scores(seed: int) -> FoldScores:
    """Thirty clips of two windows each, of four labels, with random scores."""
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
def test_the_accuracy_of_a_fold_is_that_among_all_labels(seed: int) -> None:
    """It is the share of clips whose mean scores are highest for their label."""
    scores = random_scores(seed)
    measured = fold_accuracy(1, scores)
    for windows, value in ((scores.int8, measured.int8), (scores.real, measured.real)):
        right = scores.of_clips(windows).argmax(axis=1) == scores.truth
        assert value == np.mean(right)


@given(st.integers(0, 2**32), st.sets(st.integers(0, LABELS - 1), min_size=2))
def test_among_some_labels_only_their_clips_and_scores_count(seed: int, chosen: set[int]) -> None:
    """Scores and clips of the other labels change nothing."""
    scores, columns = random_scores(seed), sorted(chosen)
    right = [
        max(columns, key=lambda label: clip[label]) == truth
        for clip, truth in zip(scores.of_clips(scores.int8), scores.truth, strict=True)
        if truth in chosen
    ]
    assert accuracy_among(columns, 1, scores).int8 == np.mean(right)


def test_a_fold_without_int8_is_stored_without_it() -> None:
    """Its JSON has the keys of older runs, and is read back as it was written."""
    scores = random_scores(0)
    float_only = FoldScores(scores.clips, scores.truth, scores.owners, scores.int8[:0], scores.real)
    measured = fold_accuracy(1, float_only)
    content = msgspec.json.encode(measured)
    assert msgspec.json.decode(content) == {"fold": 1, "real": measured.real}
    assert not measured.has_int8
    assert not msgspec.json.decode(content, type=FoldAccuracy).has_int8
    assert msgspec.json.decode(content, type=FoldAccuracy).real == measured.real


def test_a_summary_has_int8_if_every_fold_has() -> None:
    """Mean and standard deviation are over the folds."""
    folds = [FoldAccuracy(fold=1, int8=0.5, real=0.6), FoldAccuracy(fold=2, int8=0.7, real=0.6)]
    summary = summarize(folds)
    assert (summary.int8_mean, summary.real_mean) == (0.6, 0.6)
    assert np.isclose(summary.int8_spread, np.std([0.5, 0.7], ddof=1))
    assert list(msgspec.to_builtins(summary)) == [
        "folds",
        "int8_mean",
        "int8_spread",
        "real_mean",
        "real_spread",
    ]
    float_only = summarize([folds[0], FoldAccuracy(fold=2, real=0.6)])
    assert not float_only.has_int8
    assert list(msgspec.to_builtins(float_only)) == ["folds", "real_mean", "real_spread"]
