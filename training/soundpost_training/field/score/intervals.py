"""Confidence intervals of a share and of a rate, at 95 %."""

import math
from typing import NamedTuple

CONFIDENCE = 0.95
NORMAL_QUANTILE = 1.959963984540054
"""Of the standard normal distribution at 97.5 %: 2.5 % lie on either side of the interval."""


class Interval(NamedTuple):
    """The bounds of a figure."""

    low: float
    high: float


def share_interval(count: int, total: int) -> Interval:
    """Returns the Wilson score interval of a share; 0 to 1 of none.

    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of
    the American Statistical Association 22, 1927.

    Args:
        count: Successes.
        total: Trials.
    """
    if not total:
        return Interval(0.0, 1.0)
    share, square = count / total, NORMAL_QUANTILE**2
    middle = (share + square / (2 * total)) / (1 + square / total)
    spread = math.sqrt(share * (1 - share) / total + square / (4 * total**2))
    half = NORMAL_QUANTILE * spread / (1 + square / total)
    # At 0 and at 1 the exact bound is the share itself; rounding may miss it by one bit.
    low = 0.0 if count == 0 else max(0.0, middle - half)
    high = 1.0 if count == total else min(1.0, middle + half)
    return Interval(low, high)


def rate_interval(count: int, hours: float) -> Interval:
    """Returns the exact Poisson interval of a rate per hour; 0 to infinity in no time.

    F. Garwood, "Fiducial Limits for the Poisson Distribution", Biometrika 28, 1936.

    Args:
        count: Events.
        hours: The time in which they were counted.
    """
    from scipy.stats import chi2  # noqa: PLC0415 - a second that a typo need not wait for

    if hours <= 0.0:
        return Interval(0.0, math.inf)
    tail = (1.0 - CONFIDENCE) / 2
    low = float(chi2.ppf(tail, 2 * count)) / 2 if count else 0.0
    high = float(chi2.ppf(1.0 - tail, 2 * count + 2)) / 2
    return Interval(low / hours, high / hours)
