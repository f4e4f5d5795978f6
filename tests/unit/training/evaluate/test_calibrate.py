"""Temperature and thresholds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.classify.activation import softmax
from soundpost.decide.smoothing import MovingMean
from soundpost.features import FeatureSpec
from soundpost_training.evaluate.temperature import CANDIDATES, fit_temperature, temper
from soundpost_training.experiment.deploy import CalibrateConfig
from soundpost_training.scoring.thresholds import (
    QUIET_MARGIN,
    STEP,
    clip_peaks,
    label_defaults,
    on_threshold,
)

CONFIG = CalibrateConfig(false_alarms_per_hour=2.0, told_at_least=0.5)
PEAKS = st.lists(st.floats(0, 1, width=32), min_size=1, max_size=100)


def as_peaks(values: list[float]) -> np.ndarray:
    """Peaks of one label, float32[clips]."""
    return np.array(values, np.float32)


@given(st.integers(0, 2**32), st.floats(0.2, 5.0))
def test_scores_are_tempered_as_the_daemon_tempers_logits(seed: int, temperature: float) -> None:
    """Dividing the logits and taking softmax gives the same as tempering the scores."""
    logits = np.random.default_rng(seed).normal(0, 3, (5, 7))
    scores = softmax(logits).astype(np.float32)
    np.testing.assert_allclose(
        temper(scores, temperature), softmax(logits / temperature), atol=1e-5
    )


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_made_the_truth_is_found(temperature: float) -> None:
    """Labels that are drawn from tempered scores lead back to the temperature."""
    rng = np.random.default_rng(1)
    scores = softmax(rng.normal(0, 2, (4000, 6))).astype(np.float32)
    chances = temper(scores, temperature).astype(np.float64).cumsum(axis=1)
    truth = (rng.random((len(scores), 1)) > chances[:, :-1]).sum(axis=1)
    nothing = np.empty((0, 6), np.float32)
    assert fit_temperature(scores, truth, nothing) == pytest.approx(temperature, rel=0.1)


def test_labels_that_are_never_confused_do_not_make_silence_one_of_them() -> None:
    """Where every clip is right, silence keeps the net from being sure of everything."""
    scores = np.tile(np.array([[0.9, 0.1]], np.float32), (50, 1))
    truth, quiet = np.zeros(50, np.int64), np.array([[0.6, 0.4]] * 10, np.float32)
    assert fit_temperature(scores, truth, np.empty((0, 2), np.float32)) == CANDIDATES[0]
    assert fit_temperature(scores, truth, quiet) > CANDIDATES[0]


def test_a_score_of_zero_does_not_break_the_temperature() -> None:
    """A truth that was held impossible is surprising, and no division by zero."""
    scores = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    quiet = np.array([[1.0, 0.0]], np.float32)
    assert fit_temperature(scores, np.array([0, 0]), quiet) in CANDIDATES


@given(PEAKS, PEAKS, st.floats(0.01, 10.0))
def test_a_threshold_keeps_to_its_bounds_and_to_the_budget(
    own: list[float], others: list[float], hours: float
) -> None:
    """It is within floor and cap, and within the budget or no higher than telling half allows."""
    threshold = on_threshold(CONFIG, as_peaks(own), as_peaks(others), hours, 0.0)
    assert CONFIG.lowest_on <= threshold <= CONFIG.highest_on
    if CONFIG.lowest_on < threshold < CONFIG.highest_on:
        within = (as_peaks(others) >= threshold).sum() <= CONFIG.false_alarms_per_hour * hours
        half = (as_peaks(own) >= threshold).mean() >= CONFIG.told_at_least
        assert within or half


def test_the_budget_decides_where_there_are_false_alarms() -> None:
    """Two an hour are let through, the third is not."""
    others = as_peaks([0.8, 0.7, 0.6, 0.5, 0.1])
    threshold = on_threshold(CONFIG, as_peaks([0.9] * 4), others, 1.0, 0.0)
    assert 0.6 < threshold <= 0.6 + STEP
    assert on_threshold(CONFIG, as_peaks([0.9] * 4), others, 0.5, 0.0) > 0.7


def test_a_label_that_would_be_deaf_is_told_all_the_same() -> None:
    """Where the budget would leave a label deaf, half of its clips are told, over the budget."""
    own = as_peaks([0.8, 0.6, 0.5, 0.4])
    threshold = on_threshold(CONFIG, own, as_peaks([0.85] * 50), 1.0, 0.0)
    assert (own >= threshold).mean() >= 0.5


def test_a_label_without_false_alarms_gets_the_floor() -> None:
    """Nothing is gained by waiting for more."""
    assert on_threshold(CONFIG, as_peaks([0.9]), as_peaks([0.1]), 1.0, 0.0) == CONFIG.lowest_on


def test_silence_stays_below_every_threshold() -> None:
    """A label that silence sounds a little like starts above that."""
    threshold = on_threshold(CONFIG, as_peaks([0.9]), as_peaks([0.1]), 1.0, quiet=0.35)
    assert threshold >= 0.35 + QUIET_MARGIN


def test_peaks_are_of_what_the_daemon_compares() -> None:
    """A clip's peak is the highest moving mean, and no clip leans on the one before."""
    rng = np.random.default_rng(2)
    scores = rng.random((9, 3)).astype(np.float32)
    peaks = clip_peaks(scores, np.array([0, 0, 0, 0, 1, 2, 2, 2, 2]))
    for clip, windows in enumerate((scores[:4], scores[4:5], scores[5:])):
        mean = MovingMean([2, 2, 2])
        expected = np.max([mean.add(window) for window in windows], axis=0)
        np.testing.assert_array_equal(peaks[clip], expected)
    np.testing.assert_allclose(peaks[1], scores[4] / 2)


def test_a_label_leaves_with_quantities_in_samples() -> None:
    """Its off threshold is below its on threshold, and half a second is 8,000 samples."""
    label = label_defaults("dog", 0.5, FeatureSpec())
    assert (label.name, label.on_threshold, label.off_threshold) == ("dog", 0.5, 0.1)
    assert (label.minimum_samples, label.refractory_samples) == (8000, 16_000)


@given(st.floats(0.3, 0.9), st.floats(0.0, 1.0))
def test_silence_never_goes_on_with_an_event(on: float, quiet: float) -> None:
    """An event ends below where it starts, and above what silence scores if that is lower."""
    label = label_defaults("dog", on, FeatureSpec(), quiet)
    assert label.off_threshold < on
    if quiet < on - 0.01:
        assert label.off_threshold > quiet
    if quiet < 0.2 * on:
        assert label.off_threshold == round(0.2 * on, 3)
