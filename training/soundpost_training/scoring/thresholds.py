"""Chooses the on-threshold of each label: as low as the budget of false alarms allows."""

import numpy as np
from numpy.typing import NDArray

from soundpost.decide.smoothing import MovingMean
from soundpost.features import FeatureSpec
from soundpost.manifest import Label
from soundpost_training.experiment.deploy import CalibrateConfig

Scores = NDArray[np.float32]

STEP = 0.005
"""Of the thresholds tried; int8 scores are coarser."""

QUIET_MARGIN = 0.1
"""Least distance of a threshold from the score that silence or faint noise gets."""

UNCALIBRATED_ON = 0.9
"""Threshold of a model before calibration: the highest that calibration chooses by default."""

OFF_SHARE = 0.2
"""An event ends at this share of its on-threshold. A larger share splits a sound that swells and
sinks into several events, a smaller one joins two sounds of one label. See docs/DETECTION.md."""

SMOOTHING_WINDOWS = 2
MINIMUM_SECONDS = 0.5
REFRACTORY_SECONDS = 1.0
"""Defaults of a bundle's labels: two windows at a stride of 0.5 s outvote a single wrong one."""


def label_defaults(name: str, on_threshold: float, spec: FeatureSpec, quiet: float = 0.0) -> Label:
    """Returns a label of the manifest with an on-threshold and defaults otherwise.

    Args:
        name: Of the label.
        on_threshold: The score that starts an event.
        spec: Has the sample rate, for durations in samples.
        quiet: The label's highest score in silence and faint noise.
    """
    off = round(off_threshold(on_threshold, quiet), 3)
    if off >= on_threshold:  # by rounding, where silence scores nearly as much as the threshold
        off = round(on_threshold - 0.001, 3)
    return Label(
        name=name,
        on_threshold=on_threshold,
        off_threshold=off,
        smoothing_windows=SMOOTHING_WINDOWS,
        minimum_samples=round(MINIMUM_SECONDS * spec.sample_rate_hz),
        refractory_samples=round(REFRACTORY_SECONDS * spec.sample_rate_hz),
    )


def off_threshold(on_threshold: float, quiet: float) -> float:
    """Returns the score below which an event ends: a share of its on-threshold.

    With few labels, each may score more than that in silence, which would continue an event until
    another sound comes. The threshold is then half way between the two scores.
    """
    share = on_threshold * OFF_SHARE
    return (on_threshold + quiet) / 2.0 if share <= quiet < on_threshold else share


def clip_peaks(scores: Scores, owners: NDArray[np.int64]) -> Scores:
    """Returns the highest smoothed score of each clip, float32[clips, labels].

    Smoothed by the daemon's own moving mean of two windows, which is reset for each clip.

    Args:
        scores: float32[windows, labels].
        owners: int64[windows], the clip of each window, ascending from 0 without a gap.
    """
    peaks = np.zeros((int(owners[-1]) + 1, scores.shape[1]), np.float32)
    mean = MovingMean([SMOOTHING_WINDOWS] * scores.shape[1])
    for window, (owner, values) in enumerate(zip(owners, scores, strict=True)):
        if window and owner != owners[window - 1]:
            mean.reset()
        np.maximum(peaks[owner], mean.add(values), out=peaks[owner])
    return peaks


def on_threshold(
    config: CalibrateConfig, own: Scores, others: Scores, hours: float, quiet: float
) -> float:
    """Returns the lowest threshold within the budget of false alarms.

    It is lower where less than `told_at_least` of the own clips would reach it.

    A clip of another label whose peak reaches the threshold is one false alarm.

    Args:
        config: The budget, the floor, the cap, and the share of clips that must be detected.
        own: float32[clips], the label's peaks in its own clips.
        others: float32[clips], its peaks in clips of other labels.
        hours: Total duration of the other labels' clips.
        quiet: Its highest score in silence and faint noise.
    """
    allowed = config.false_alarms_per_hour * hours
    steps = np.arange(round(config.lowest_on / STEP), round(config.highest_on / STEP) + 1)
    candidates = (steps * STEP).round(3).astype(np.float32)  # the daemon compares in float32
    within = (candidate for candidate in candidates if (others >= candidate).sum() <= allowed)
    within_budget = next(within, config.highest_on)
    detects_enough = np.floor(np.quantile(own, 1.0 - config.told_at_least, method="lower") / STEP)
    floor = max(config.lowest_on, np.ceil((quiet + QUIET_MARGIN) / STEP) * STEP)
    threshold = max(floor, min(within_budget, detects_enough * STEP))
    return round(float(min(threshold, config.highest_on)), 3)
