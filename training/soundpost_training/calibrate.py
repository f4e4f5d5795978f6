"""Decision defaults per label, from the scores of clips that a model never heard."""

import numpy as np
from numpy.typing import NDArray

from soundpost.features import FeatureSpec
from soundpost.manifest import Label

PRECISION = 0.9
"""Wanted of the windows above the threshold."""

LOWEST_ON, HIGHEST_ON = 0.35, 0.9
"""Below, two labels could be on at once; above, quantised scores leave too few steps."""

CANDIDATES = np.linspace(LOWEST_ON, HIGHEST_ON, 111).round(3)
"""Thresholds in steps of half a hundredth."""

OFF_SHARE = 0.6
SMOOTHING_WINDOWS = 2
MINIMUM_SECONDS = 0.5
REFRACTORY_SECONDS = 1.0


def uncalibrated(names: tuple[str, ...], spec: FeatureSpec) -> list[Label]:
    """Labels with the same defaults for all, before anything was measured."""
    return [_label(name, HIGHEST_ON, spec) for name in names]


def calibrated(
    names: tuple[str, ...],
    spec: FeatureSpec,
    scores: NDArray[np.float32],
    truth: NDArray[np.int64],
) -> list[Label]:
    """Labels with the lowest threshold at which nine windows in ten are right.

    Args:
        names: The labels.
        spec: Gives the sample rate.
        scores: float32[windows, labels], smoothed as the daemon smooths, of held-out clips.
        truth: int64[windows], the label of each window's clip.
    """
    thresholds = [on_threshold(scores[:, index], truth == index) for index in range(len(names))]
    return [_label(name, on, spec) for name, on in zip(names, thresholds, strict=True)]


def on_threshold(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """The lowest candidate from which up nine windows in ten are right, or the highest of all.

    Args:
        scores: float32[windows], one label's.
        right: bool[windows], whether the window's clip has that label.
    """
    for candidate in CANDIDATES:
        above = right[scores >= candidate]
        if len(above) and above.mean() >= PRECISION:
            return float(candidate)
    return HIGHEST_ON


def smoothed(scores: NDArray[np.float32], owners: NDArray[np.int64]) -> NDArray[np.float32]:
    """The mean of each window with the one before it in its clip, as the daemon smooths.

    Args:
        scores: float32[windows, labels].
        owners: int64[windows], whose window each is, in order.
    """
    before = np.concatenate((scores[:1], scores[:-1]))
    first = np.concatenate(([True], owners[1:] != owners[:-1]))
    return np.where(first[:, None], scores, (scores + before) / 2).astype(np.float32)


def _label(name: str, on: float, spec: FeatureSpec) -> Label:
    return Label(
        name=name,
        on_threshold=on,
        off_threshold=round(on * OFF_SHARE, 3),
        smoothing_windows=SMOOTHING_WINDOWS,
        minimum_samples=round(MINIMUM_SECONDS * spec.sample_rate_hz),
        refractory_samples=round(REFRACTORY_SECONDS * spec.sample_rate_hz),
    )
