"""Scores of noise, and how far they spread."""

import numpy as np
import pytest
from numpy.typing import NDArray

from soundpost.audio import Pcm, level_dbfs
from soundpost.importer.noise.measure import logit, measure_noises, noise_scores
from soundpost.importer.noise.noises import NOISES, Noise

RATE_HZ = 8_000


def test_each_noise_is_scored_window_by_window() -> None:
    """With progress from the first window to the last but one."""
    calls = []

    def scores(window: Pcm) -> NDArray[np.float64]:
        return np.array([0.25, 1 + level_dbfs(window) / 200])

    measured = measure_noises(
        scores, RATE_HZ, RATE_HZ, 10.0, lambda done, total, name: calls.append((done, total, name))
    )
    assert [entry.noise for entry in measured] == list(NOISES)
    assert [entry.windows for entry in measured] == [1, *[10] * 8]
    assert [call[0] for call in calls] == list(range(81))
    assert {call[1] for call in calls} == {81}
    levels = [entry.highest[1] for entry in measured]
    assert levels == pytest.approx([1 + noise.level_dbfs / 200 for noise in NOISES], abs=0.01)


def test_the_excess_is_the_mean_distance_of_the_highest_tenth_above_its_bound() -> None:
    """Of logits that fall off exponentially it is the scale of the distribution."""
    rng = np.random.default_rng(0)
    logits = -8.0 + rng.exponential(0.4, (20_000, 1))
    scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
    measured = noise_scores(Noise("white", -34), scores)
    assert measured.excess[0] == pytest.approx(0.4, rel=0.1)
    assert measured.highest[0] == scores.max()


def test_scores_of_zero_and_one_have_finite_logits() -> None:
    """Quantised outputs have them."""
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()
    flat = noise_scores(Noise("white", -34), np.zeros((50, 2), np.float32))
    assert flat.excess.tolist() == [0.0, 0.0]
