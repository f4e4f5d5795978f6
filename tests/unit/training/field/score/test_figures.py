"""Figures carry their intervals, and survive JSON."""

import msgspec
import pytest

from soundpost_training.field.score.figures import Rate, Share, rate, share


def test_a_share_and_a_rate_have_their_intervals() -> None:
    """Counts and totals stay beside them."""
    half = share(4, 8)
    assert (half.count, half.total, half.value) == (4, 8, 0.5)
    assert (half.low, half.high) == pytest.approx((0.2152, 0.7848), abs=1e-4)
    often = rate(6, 3.0)
    assert (often.count, often.hours, often.per_hour) == (6, 3.0, 2.0)
    assert (often.low, often.high) == pytest.approx((0.734, 4.353), abs=1e-3)


def test_no_trial_and_no_time_have_figures_too() -> None:
    """JSON has no infinity: the bound is left open."""
    assert (share(0, 0).value, share(0, 0).high) == (0.0, 1.0)
    none = rate(0, 0.0)
    assert (none.per_hour, none.high) == (0.0, None)
    for figure, kind in ((none, Rate), (share(0, 0), Share)):
        assert msgspec.json.decode(msgspec.json.encode(figure), type=kind) == figure
