"""The tables of an experiment about its bundle, int8 quantisation and thresholds."""

from soundpost.manifest import BundleId, Version
from soundpost_training.experiment.section import AboveZero, NotNegative, Positive, Section, Share


class BundleConfig(Section, frozen=True, kw_only=True):
    """The bundle to export: a model of all folds, or the model that held one fold out.

    A model of all folds has the most training data; its card states the accuracy of the models
    that each held a fold out. A model without `held_out_fold` can itself be scored on that fold.
    """

    id: BundleId
    version: Version
    held_out_fold: Positive | None = None
    calibration_windows: Positive = 500


class CalibrateConfig(Section, frozen=True, kw_only=True):
    """The choice of thresholds: as low as false alarms allow, between a floor and a cap.

    `false_alarms_per_hour` is the budget of each label, in an hour of clips of the other labels.
    Of five-second clips that is an hour with a new sound every five seconds, 720 in all, without a
    pause. A label that would be detected in less than `told_at_least` of its own clips gets a lower
    threshold, over the budget: a label that is never detected is of no use.
    """

    false_alarms_per_hour: AboveZero = 2.0
    told_at_least: Share = 0.5
    lowest_on: Share = 0.3
    highest_on: Share = 0.9

    def __post_init__(self) -> None:
        if self.lowest_on > self.highest_on:
            raise ValueError("lowest_on is above highest_on")


class QuantizeConfig(Section, frozen=True, kw_only=True, omit_defaults=True):
    """The conversion of a float network to int8.

    `aware_epochs` is the number of epochs of quantisation-aware training, 0 for none. By default
    there are a few if int8 loses more than half a point of accuracy on the training folds; the
    held-out fold is not used. Keys that are left out are not encoded, so that fingerprints of
    experiments without them stay valid.
    """

    aware_epochs: NotNegative | None = None
    aware_learning_rate: AboveZero = 3e-5
