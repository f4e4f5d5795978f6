"""Precision of each label by the verdicts, with its confidence interval."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from soundpost.review.event import ReviewedEvent, Verdict

Z_95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: 95 % lie between it and its negative."""


@dataclass(slots=True)
class LabelFigures:
    """The figures of a label, or of all labels.

    Attributes:
        label: The label.
        events: Its events.
        verdicts: The number of events for each verdict.
    """

    label: str
    events: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)

    def add(self, verdict: Verdict | None) -> None:
        """Counts an event."""
        self.events += 1
        if verdict is not None:
            self.verdicts[verdict] += 1

    @property
    def reviewed(self) -> int:
        """Events with a verdict, `unsure` included."""
        return self.verdicts.total()

    @property
    def decided(self) -> int:
        """Events with a verdict that says whether the label is right."""
        return self.reviewed - self.verdicts[Verdict.UNSURE]

    @property
    def precision(self) -> float | None:
        """The share of the decided events whose label is right; None without any."""
        return self.verdicts[Verdict.RIGHT] / self.decided if self.decided else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the precision; None without any decided event."""
        if not self.decided:
            return None
        return wilson_interval(self.verdicts[Verdict.RIGHT], self.decided)


def wilson_interval(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """Returns the confidence interval of a share.

    It stays within 0 and 1, and holds its level for few trials and for shares near 0 and 1, where
    the interval of the normal approximation does not. Source: Wilson, "Probable inference, the law
    of succession, and statistical inference", JASA 22 (1927); recommended by Brown, Cai and
    DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001).

    Args:
        successes: At most `trials`.
        trials: At least 1.
        z: The quantile of the normal distribution.
    """
    share = successes / trials
    denominator = 1.0 + z * z / trials
    centre = (share + z * z / (2 * trials)) / denominator
    half = z / denominator * math.sqrt(share * (1.0 - share) / trials + (z / (2 * trials)) ** 2)
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return low, high


def figures_by_label(events: Iterable[ReviewedEvent]) -> dict[str, LabelFigures]:
    """Returns the figures of each label, by its name."""
    figures: dict[str, LabelFigures] = {}
    for reviewed in events:
        label = reviewed.event.label
        own = figures.setdefault(label, LabelFigures(label))
        own.add(reviewed.decision.verdict if reviewed.decision else None)
    return dict(sorted(figures.items()))


def total(figures: Iterable[LabelFigures]) -> LabelFigures:
    """Returns the sum of figures."""
    sum_of_all = LabelFigures("all")
    for own in figures:
        sum_of_all.events += own.events
        sum_of_all.verdicts += own.verdicts
    return sum_of_all
