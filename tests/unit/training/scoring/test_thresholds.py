"""Choosing thresholds."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from soundpost.decide.smoothing import MovingMean
from soundpost.features import FeatureSpec
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


@given(PEAKS, PEAKS, st.floats(0.01, 10.0))
def test_a_threshold_keeps_to_its_bounds_and_to_the_budget(
    own: list[float], others: list[float], hours: float
) -> None:
    """It is within floor and cap, and within the budget or low enough to detect half."""
    threshold = on_threshold(CONFIG, as_peaks(own), as_peaks(others), hours, 0.0)
    assert CONFIG.lowest_on <= threshold <= CONFIG.highest_on
    if CONFIG.lowest_on < threshold < CONFIG.highest_on:
        within = (as_peaks(others) >= threshold).sum() <= CONFIG.false_alarms_per_hour * hours
        half = (as_peaks(own) >= threshold).mean() >= CONFIG.told_at_least
        assert within or half


def test_the_budget_decides_where_there_are_false_alarms() -> None:
    """Two per hour are allowed, a third is not."""
    others = as_peaks([0.8, 0.7, 0.6, 0.5, 0.1])
    threshold = on_threshold(CONFIG, as_peaks([0.9] * 4), others, 1.0, 0.0)
    assert 0.6 < threshold <= 0.6 + STEP
    assert on_threshold(CONFIG, as_peaks([0.9] * 4), others, 0.5, 0.0) > 0.7


def test_half_of_a_labels_clips_are_detected_in_any_case() -> None:
    """The threshold is over the budget if half could not be detected within it."""
    own = as_peaks([0.8, 0.6, 0.5, 0.4])
    threshold = on_threshold(CONFIG, own, as_peaks([0.85] * 50), 1.0, 0.0)
    assert (own >= threshold).mean() >= 0.5


def test_a_label_without_false_alarms_gets_the_floor() -> None:
    """A higher threshold would gain nothing."""
    assert on_threshold(CONFIG, as_peaks([0.9]), as_peaks([0.1]), 1.0, 0.0) == CONFIG.lowest_on


def test_silence_stays_below_every_threshold() -> None:
    """A label with a score in silence has a threshold above it."""
    threshold = on_threshold(CONFIG, as_peaks([0.9]), as_peaks([0.1]), 1.0, quiet=0.35)
    assert threshold >= 0.35 + QUIET_MARGIN


def test_peaks_are_highest_smoothed_scores() -> None:
    """The moving mean of a clip does not include windows of the clip before."""
    rng = np.random.default_rng(2)
    scores = rng.random((9, 3)).astype(np.float32)
    peaks = clip_peaks(scores, np.array([0, 0, 0, 0, 1, 2, 2, 2, 2]))
    for clip, windows in enumerate((scores[:4], scores[4:5], scores[5:])):
        mean = MovingMean([2, 2, 2])
        expected = np.max([mean.add(window) for window in windows], axis=0)
        np.testing.assert_array_equal(peaks[clip], expected)
    np.testing.assert_allclose(peaks[1], scores[4] / 2)


def test_a_label_of_the_manifest_has_durations_in_samples() -> None:
    """Its off threshold is below its on threshold, and half a second is 8,000 samples."""
    label = label_defaults("dog", 0.5, FeatureSpec())
    assert (label.name, label.on_threshold, label.off_threshold) == ("dog", 0.5, 0.1)
    assert (label.minimum_samples, label.refractory_samples) == (8000, 16_000)


@given(st.floats(0.3, 0.9), st.floats(0.0, 1.0))
@example(on=0.3, quiet=0.2992)
@example(on=0.3006, quiet=0.3005999)
def test_silence_never_continues_an_event(on: float, quiet: float) -> None:
    """An event ends below where it starts, and above what silence scores if that is lower."""
    label = label_defaults("dog", on, FeatureSpec(), quiet)
    assert label.off_threshold < on
    if quiet < on - 0.01:
        assert label.off_threshold > quiet
    if quiet < 0.2 * on:
        assert label.off_threshold == round(0.2 * on, 3)
