"""What temperature and thresholds were chosen, and what they do."""

import msgspec


class LabelCalibration(msgspec.Struct, frozen=True, kw_only=True):
    """What a threshold does to the clips that it was chosen on.

    Attributes:
        name: The label.
        on_threshold: Smoothed score at which it is told.
        told: Share of the label's clips that reach it.
        false_alarms_per_hour: Clips of other labels that reach it, per hour of them.
        quiet: The label's highest score in silence and faint noise.
    """

    name: str
    on_threshold: float
    told: float
    false_alarms_per_hour: float
    quiet: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What all thresholds together do to some clips.

    Attributes:
        hours: How long the clips are together.
        told: Share of them whose own label is told.
        false_alarms_per_hour: False alarms of all labels, per hour of clips.
    """

    hours: float
    told: float
    false_alarms_per_hour: float


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A fold that judges, by its own network and at a temperature that it did not choose."""

    fold: int
    temperature: float


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Decision defaults and what they were chosen on.

    Attributes:
        folds: The folds whose clips chose, each scored by the model that held it out.
        temperature: What logits are divided by.
        labels: One for each label, in the order of the model's outputs.
        chosen_on: What the thresholds do to the clips that chose them.
        judged: The bundle's held-out fold. A bundle of all folds has none, so each fold in turn
            is judged by temperature and thresholds that the others chose.
        held_out: What these do to the clips of the judging folds, which chose none of them.
    """

    folds: list[int]
    temperature: float
    labels: list[LabelCalibration]
    chosen_on: Outcome
    judged: list[Judged]
    held_out: Outcome


def told_of_silence(calibration: Calibration) -> list[LabelCalibration]:
    """The labels that silence or faint noise sounds like more than any threshold could forbid."""
    return [label for label in calibration.labels if label.quiet >= label.on_threshold]
