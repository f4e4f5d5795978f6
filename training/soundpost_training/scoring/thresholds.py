"""The score at which a label is told: as low as false alarms allow."""

import numpy as np
from numpy.typing import NDArray

from soundpost.decide.smoothing import MovingMean
from soundpost.features import FeatureSpec
from soundpost.manifest import Label
from soundpost_training.experiment.deploy import CalibrateConfig

Scores = NDArray[np.float32]

STEP = 0.005
QUIET_MARGIN = 0.1
"""How far above the score that silence or faint noise gets a threshold stays."""

UNCALIBRATED_ON = 0.9
OFF_SHARE = 0.2
"""An event ends at this share of its on-threshold. Of a sound that swells and sinks, more would
make several events; less would join two sounds of one label. Tried in docs/DETECTION.md."""

SMOOTHING_WINDOWS = 2
MINIMUM_SECONDS = 0.5
REFRACTORY_SECONDS = 1.0


def label_defaults(name: str, on_threshold: float, spec: FeatureSpec, quiet: float = 0.0) -> Label:
    """A label of the manifest that starts at a score and has the house's defaults otherwise.

    Args:
        name: Of the label.
        on_threshold: The score that starts an event.
        spec: Whose samples durations are counted in.
        quiet: Its highest score in silence and faint noise.
    """
    return Label(
        name=name,
        on_threshold=on_threshold,
        off_threshold=round(off_threshold(on_threshold, quiet), 3),
        smoothing_windows=SMOOTHING_WINDOWS,
        minimum_samples=round(MINIMUM_SECONDS * spec.sample_rate_hz),
        refractory_samples=round(REFRACTORY_SECONDS * spec.sample_rate_hz),
    )


def off_threshold(on_threshold: float, quiet: float) -> float:
    """The score below which an event ends: a share of that which started it.

    Few labels share what silence scores among them, and each may get more than that. Then it is
    half way between the two, for silence would go on with the event until another sound is heard.
    """
    share = on_threshold * OFF_SHARE
    return (on_threshold + quiet) / 2.0 if share <= quiet < on_threshold else share


def clip_peaks(scores: Scores, owners: NDArray[np.int64]) -> Scores:
    """The highest score of each clip that the daemon would compare, float32[clips, labels].

    The daemon compares the mean of two consecutive windows, and its own moving mean is asked;
    each clip is a stretch of its own.

    Args:
        scores: float32[windows, labels].
        owners: int64[windows], whose window each is, ascending from 0 without a gap.
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
    """The lowest threshold that keeps to the budget of false alarms, or one that tells enough.

    A clip of another label whose peak reaches the threshold is one false alarm.

    Args:
        config: The budget, the floor, the cap, and the share that must be told.
        own: float32[clips], the label's peaks in its own clips.
        others: float32[clips], its peaks in clips of other labels.
        hours: How long the other labels' clips are together.
        quiet: Its highest score in silence and faint noise.
    """
    allowed = config.false_alarms_per_hour * hours
    places = np.arange(round(config.lowest_on / STEP), round(config.highest_on / STEP) + 1)
    steps = (places * STEP).round(3).astype(np.float32)  # in which the daemon compares
    kept = (candidate for candidate in steps if (others >= candidate).sum() <= allowed)
    within_budget = next(kept, config.highest_on)
    tells_enough = np.floor(np.quantile(own, 1.0 - config.told_at_least, method="lower") / STEP)
    floor = max(config.lowest_on, np.ceil((quiet + QUIET_MARGIN) / STEP) * STEP)
    threshold = max(floor, min(within_budget, tells_enough * STEP))
    return round(float(min(threshold, config.highest_on)), 3)
