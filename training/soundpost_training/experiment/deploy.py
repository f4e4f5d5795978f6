"""The tables of an experiment that say how a network becomes a bundle to rely on."""

from soundpost_training.experiment.section import AboveZero, NotNegative, Section, Share


class CalibrateConfig(Section, frozen=True, kw_only=True):
    """When a label is told: as easily as false alarms allow, between a floor and a cap.

    `false_alarms_per_hour` is the budget of each label, in an hour of the other labels' clips:
    of five-second clips that is an hour with a new sound every five seconds, 720 in all, and no
    pause between them. A label of whose clips less than `told_at_least` would be told gets a
    lower threshold, over the budget: one that is never told is of no use.
    """

    false_alarms_per_hour: AboveZero = 2.0
    told_at_least: Share = 0.5
    lowest_on: Share = 0.3
    highest_on: Share = 0.9

    def __post_init__(self) -> None:
        if self.lowest_on > self.highest_on:
            raise ValueError("lowest_on is above highest_on")


class QuantizeConfig(Section, frozen=True, kw_only=True, omit_defaults=True):
    """How float becomes int8.

    In `aware_epochs` the network gets used to what int8 leaves of weights and activations, in none
    where they are 0. Left out, it gets a few where int8 loses more than half a point of what it was
    trained on; the held-out fold is not asked. What is left out is not encoded either.
    """

    aware_epochs: NotNegative | None = None
    aware_learning_rate: AboveZero = 3e-5
