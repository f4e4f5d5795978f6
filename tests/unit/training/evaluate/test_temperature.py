"""Temperature scaling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.classify.activation import softmax
from soundpost_training.evaluate.temperature import CANDIDATES, fit_temperature, temper


@given(st.integers(0, 2**32), st.floats(0.2, 5.0))
def test_scores_are_tempered_as_the_daemon_tempers_logits(seed: int, temperature: float) -> None:
    """Dividing the logits and taking softmax gives the same as tempering the scores."""
    logits = np.random.default_rng(seed).normal(0, 3, (5, 7))
    scores = softmax(logits).astype(np.float32)
    np.testing.assert_allclose(
        temper(scores, temperature), softmax(logits / temperature), atol=1e-5
    )


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_of_random_labels_is_found(temperature: float) -> None:
    """Labels drawn from tempered scores give back the temperature."""
    rng = np.random.default_rng(1)
    scores = softmax(rng.normal(0, 2, (4000, 6))).astype(np.float32)
    chances = temper(scores, temperature).astype(np.float64).cumsum(axis=1)
    truth = (rng.random((len(scores), 1)) > chances[:, :-1]).sum(axis=1)
    no_silence = np.empty((0, 6), np.float32)
    assert fit_temperature(scores, truth, no_silence) == pytest.approx(temperature, rel=0.1)


def test_silence_keeps_scores_from_becoming_certain() -> None:
    """Without silence, the lowest temperature fits best if every clip is right."""
    scores = np.tile(np.array([[0.9, 0.1]], np.float32), (50, 1))
    truth, quiet = np.zeros(50, np.int64), np.array([[0.6, 0.4]] * 10, np.float32)
    assert fit_temperature(scores, truth, np.empty((0, 2), np.float32)) == CANDIDATES[0]
    assert fit_temperature(scores, truth, quiet) > CANDIDATES[0]


def test_a_score_of_zero_does_not_break_the_temperature() -> None:
    """Its cross-entropy is large but finite."""
    scores = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    quiet = np.array([[1.0, 0.0]], np.float32)
    assert fit_temperature(scores, np.array([0, 0]), quiet) in CANDIDATES
