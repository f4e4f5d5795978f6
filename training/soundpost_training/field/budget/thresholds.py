"""Chooses the threshold of each label: by its budget of false events an hour, with a margin."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from soundpost_training.errors import ExperimentError
from soundpost_training.field.score.figures import CurvePoint, Figures
from soundpost_training.field.score.summary import curve
from soundpost_training.field.score.tally import Tally
from soundpost_training.field.score.threshold_sweep import THRESHOLDS

_ROUNDING = 1e-9
"""Thresholds are multiples of 0.02 or 0.005, which binary fractions do not represent."""


class Limits(Figures, frozen=True):
    """The limits within which thresholds are chosen.

    Attributes:
        budget: False events an hour that each label may give.
        budgets: The same for labels that have a budget of their own.
        told_at_least: Recall below which a label is off by default.
        lowest_on: No threshold is lower: sounds that are in no negative would reach it.
    """

    budget: float
    budgets: dict[str, float] = msgspec.field(default_factory=dict)
    told_at_least: float = 0.5
    lowest_on: float = 0.1

    def of(self, label: str) -> float:
        """Returns the budget of a label."""
        return self.budgets.get(label, self.budget)


class LabelThreshold(Figures, frozen=True):
    """The threshold of a label, and what it costs and finds.

    Attributes:
        label: The label.
        budget: False events an hour that it may give.
        point: Recall and false events at the chosen threshold.
        curve: The same at every threshold.
        off_because: The reason for which it is off by default; empty for a label that is on.
    """

    label: str
    budget: float
    point: CurvePoint
    curve: list[CurvePoint]
    off_because: str

    @property
    def is_on(self) -> bool:
        """True if the label keeps its budget at a useful recall."""
        return not self.off_because


class FieldCalibration(Figures, frozen=True):
    """The thresholds of a bundle.

    Attributes:
        bundle: Its id and version.
        command: The command that chose them.
        limits: The budgets and the least recall.
        negative_hours: Length of the negatives.
        labels: The thresholds, in the order of the bundle's labels.
        notes: What was left out.
    """

    bundle: str
    command: str
    limits: Limits
    negative_hours: float
    labels: list[LabelThreshold]
    notes: list[str]


def thresholds_from(lowest: float, thresholds: Collection[float] = THRESHOLDS) -> list[float]:
    """Returns the thresholds that are as high as the lowest one that is allowed.

    Raises:
        ExperimentError: There is none.
    """
    allowed = [each for each in thresholds if each >= lowest]
    if not allowed:
        raise ExperimentError(
            f"expected a lowest threshold of at most {max(thresholds):g}, got {lowest:g}",
            hint="give a lower --lowest-on, such as 0.4",
        )
    return allowed


def choose_thresholds(
    tallies: Mapping[float, Tally], labels: Sequence[str], limits: Limits
) -> list[LabelThreshold]:
    """Returns the threshold of each label.

    Args:
        tallies: The counts by threshold.
        labels: The labels.
        limits: The budgets and the least recall.

    Raises:
        ExperimentError: No threshold is as high as `lowest_on`.
    """
    allowed = set(thresholds_from(limits.lowest_on, tallies))
    tallies = {threshold: each for threshold, each in tallies.items() if threshold in allowed}
    return [choose_threshold(label, curve(tallies, label), limits) for label in labels]


def choose_threshold(label: str, points: Sequence[CurvePoint], limits: Limits) -> LabelThreshold:
    """Returns a threshold that keeps the budget, at the best recall of those that do.

    It lies in the middle of those of the same recall: the lowest of them would give false events
    on sounds that no negative has, and the highest would miss sounds fainter than the annotated.
    One that keeps the budget by chance, below one that does not, is not chosen: with a higher
    threshold an event may break into two.

    Args:
        label: The label.
        points: Its curve, ascending; one point at least.
        limits: The budgets and the least recall.
    """
    budget = limits.of(label)
    lowest = len(points) - 1
    for at in reversed(range(len(points))):
        if points[at].false_events.per_hour > budget:
            break
        lowest = at
    chosen = points[_middle_of_recall(points, lowest)]
    return LabelThreshold(
        label=label,
        budget=budget,
        point=chosen,
        curve=list(points),
        off_because=_reason(chosen, budget, limits.told_at_least),
    )


def _middle_of_recall(points: Sequence[CurvePoint], lowest: int) -> int:
    """Returns the position of the middle threshold of those with the best recall in the budget.

    Between them may be thresholds of less recall, at which an event breaks into two; none of these
    is the middle. It is the lowest threshold itself for a label without annotated sounds, or above
    its budget.
    """
    most = max(point.recall.count for point in points[lowest:])
    if not most:
        return lowest
    best = [at for at in range(lowest, len(points)) if points[at].recall.count == most]
    middle = (points[lowest].threshold + points[best[-1]].threshold) / 2.0 + _ROUNDING
    return max((at for at in best if points[at].threshold <= middle), default=best[0])


def _reason(point: CurvePoint, budget: float, told_at_least: float) -> str:
    """Returns why a label is off by default, or an empty text."""
    rate = point.false_events
    if rate.per_hour > budget:
        return (
            f"{rate.per_hour:.2f} false events an hour at the highest threshold, "
            f"{point.threshold:g}, over the budget of {budget:g}"
        )
    if point.recall.total and point.recall.value < told_at_least:
        return (
            f"recall of {point.recall.value:.0%} at {point.threshold:g}, where the budget of "
            f"{budget:g} an hour is kept; {told_at_least:.0%} are needed"
        )
    return ""
