"""Calibrated temperature and thresholds, and their effect on clips."""

import msgspec

from soundpost.features import FeatureSpec
from soundpost.manifest import Label
from soundpost_training.experiment.deploy import CalibrateConfig
from soundpost_training.scoring.thresholds import label_defaults

ROUNDING = 1e-6
"""Of false alarms an hour, which are a quotient: the budget itself is within the budget."""


class LabelCalibration(msgspec.Struct, frozen=True, kw_only=True):
    """The threshold of a label, and its effect on the clips that it was chosen on.

    Attributes:
        name: The label.
        on_threshold: Smoothed score at which an event starts.
        detected: Share of the label's clips that reach it.
        false_alarms_per_hour: Clips of other labels that reach it, per hour of them.
        quiet: The label's highest score in silence and faint noise.
    """

    name: str
    on_threshold: float
    detected: float = msgspec.field(name="told")
    false_alarms_per_hour: float
    quiet: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The effect of all thresholds together on some clips.

    Attributes:
        hours: Total duration of the clips.
        detected: Share of the clips whose own label is detected.
        false_alarms_per_hour: False alarms of all labels, per hour of clips.
    """

    hours: float
    detected: float = msgspec.field(name="told")
    false_alarms_per_hour: float


class FoldTemperature(msgspec.Struct, frozen=True, kw_only=True):
    """A fold for evaluation, and the temperature for it, which other folds chose."""

    fold: int
    temperature: float


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Decision defaults, and the clips that they were chosen and evaluated on.

    Attributes:
        folds: The folds whose clips chose, each scored by the model that held it out.
        temperature: What logits are divided by.
        labels: One for each label, in the order of the model's outputs.
        chosen_on: The effect on the clips that chose.
        evaluated: The bundle's held-out fold. A bundle of all folds has none, so each fold in turn
            is evaluated at the temperature and the thresholds that the others chose.
        held_out: The effect on the clips of the evaluated folds.
    """

    folds: list[int]
    temperature: float
    labels: list[LabelCalibration]
    chosen_on: Outcome
    evaluated: list[FoldTemperature] = msgspec.field(name="judged")
    held_out: Outcome


def labels_in_silence(calibration: Calibration) -> list[LabelCalibration]:
    """Returns the labels that silence or faint noise triggers even at the highest threshold."""
    return [label for label in calibration.labels if label.quiet >= label.on_threshold]


def labels_over_budget(calibration: Calibration, config: CalibrateConfig) -> dict[str, str]:
    """Returns the labels with more false alarms than the budget allows, each with the reason."""
    budget = config.false_alarms_per_hour
    return {
        label.name: (
            f"{label.false_alarms_per_hour:.1f} false alarms an hour against {budget:g}, at "
            f"{label.on_threshold:g}: {_reason(label, config)}"
        )
        for label in calibration.labels
        if label.false_alarms_per_hour > budget + ROUNDING
    }


def _reason(label: LabelCalibration, config: CalibrateConfig) -> str:
    if label.on_threshold >= config.highest_on:
        return "the highest threshold allowed (calibrate.highest_on)"
    share = config.told_at_least
    return f"a higher one would detect less than {share:.0%} of its clips (calibrate.told_at_least)"


def manifest_labels(spec: FeatureSpec, calibration: Calibration) -> list[Label]:
    """Returns the labels as the manifest has them, with durations in samples of `spec`."""
    return [
        label_defaults(label.name, label.on_threshold, spec, label.quiet)
        for label in calibration.labels
    ]
