"""Chooses the threshold of a head by a budget of false events an hour."""

import math
from collections.abc import Sequence

import numpy as np

from soundpost.teach.examples import Stretch
from soundpost.teach.learn.events import ON_SCORE, Real, peaks
from soundpost.teach.learn.held_out import HeldOut, best

GENERAL_SHARE = 0.99
"""The share of the general sounds that must stay below the threshold: whatever the background of
the node lacks, most sounds of the world are not the label."""

ENOUGH_EVENTS = 0.5
"""Where the budget allows so many events in the background, they are counted. In less background,
counting none shows little, and the threshold is also extrapolated from how the highest scores
spread."""
TAIL = 5
"""Of the stretches of `TAIL_SECONDS`, those with the highest scores show how these spread."""
TAIL_SECONDS = 10.0
"""Stretches of which the highest score counts: successive windows have nearly the same score."""

_ROUNDING = 1e-5
"""The daemon calculates scores and means in float32: a peak that is this near may reach the
threshold there."""
_SEARCH_STEPS = 30
"""Halvings of the range of logits, some 20 wide: to far below what moves a score."""


def hours_of(stretches: Sequence[Stretch]) -> float:
    """Returns the length of stretches in hours."""
    return sum(stretch.seconds for stretch in stretches) / 3600


def choose_threshold(held_out: HeldOut, stretches: Sequence[Stretch], budget: float) -> float:
    """Returns the logit that starts an event.

    It is the highest of three: at which the negatives give no more events than the budget; at
    which the tail of their highest scores does, if the budget allows few; and above which
    1 - `GENERAL_SHARE` of the general sounds are.

    Args:
        held_out: Logits of all examples by heads that were not fitted on them.
        stretches: The negatives.
        budget: False events an hour.
    """
    bounds = [_by_count(held_out.negatives, budget * hours_of(stretches))]
    if budget * hours_of(stretches) < ENOUGH_EVENTS:
        bounds.append(_by_tail(held_out.negatives, stretches, budget))
    if len(held_out.general):
        bounds.append(float(np.quantile(held_out.general, GENERAL_SHARE)))
    known = [bound for bound in bounds if math.isfinite(bound)]
    # Without any sound to compare with, the logit at which the balanced classes are even.
    return max(known, default=0.0)


def keep_to_budget(
    logits: Sequence[Real], stretches: Sequence[Stretch], threshold: float, budget: float
) -> float:
    """Returns the threshold, raised as far as the budget needs it.

    Args:
        logits: Of the negatives, by the head that is stored.
        stretches: The negatives.
        threshold: Of the heads that were fitted without them.
        budget: False events an hour.
    """
    allowed = budget * hours_of(stretches)
    if _count(logits, threshold) <= allowed:
        return threshold
    return max(threshold, _by_count(logits, allowed))


def _count(logits: Sequence[Real], threshold: float) -> int:
    """Returns the events at a threshold, or more: the tracker leaves out some of these peaks."""
    return sum(int((peaks(each, threshold) >= ON_SCORE - _ROUNDING).sum()) for each in logits)


def _by_count(logits: Sequence[Real], allowed: float) -> float:
    """Returns the lowest logit at which all stretches give at most as many events."""
    values = np.concatenate([*logits, np.empty(0)])
    if not len(values):
        return -math.inf
    low, high = float(values.min()) - 1.0, float(values.max()) + 1.0
    for _ in range(_SEARCH_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _count(logits, middle) > allowed else (low, middle)
    return high


def _by_tail(logits: Sequence[Real], stretches: Sequence[Stretch], budget: float) -> float:
    """Returns the logit that is exceeded as often as the budget, if the tail is exponential.

    Source: peaks over threshold; Coles, "An Introduction to Statistical Modeling of Extreme
    Values", chapter 4 (2001), with shape 0.
    """
    highest = np.array(
        [
            best(values[first : first + size])
            for values, stretch in zip(logits, stretches, strict=True)
            for size in [max(1, round(TAIL_SECONDS / stretch.stride_seconds))]
            for first in range(0, len(values), size)
        ]
    )
    if len(highest) <= TAIL:
        return -math.inf
    ordered = np.sort(highest)
    bound = ordered[-TAIL - 1]
    mean_excess = float((ordered[-TAIL:] - bound).mean())
    rate = TAIL / hours_of(stretches)
    return float(bound) + mean_excess * math.log(max(1.0, rate / budget))
