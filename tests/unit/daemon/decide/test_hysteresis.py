"""Hysteresis thresholds: the states that scores give."""

import numpy as np

from soundpost.decide import Rule
from soundpost.decide.hysteresis import HysteresisThreshold, ThresholdState

RULE = Rule(0, "dog", 0.6, 0.3, 1, 0, 0, needed_windows=1, of_windows=3)


def update(threshold: HysteresisThreshold, *scores: float) -> list[ThresholdState]:
    """Returns the state after each score of the only label."""
    return [threshold.update(np.array([score], np.float32)) for score in scores]


def test_a_window_below_the_threshold_never_starts_an_event() -> None:
    """So a published score is never below its threshold; a running event is kept."""
    states = update(HysteresisThreshold([RULE]), 0.9, 0.5, 0.1, 0.1)
    assert [bool(state.starts[0]) for state in states] == [True, False, False, False]
    assert [bool(state.keeps[0]) for state in states] == [True, True, True, True]


def test_a_score_over_the_off_threshold_rises() -> None:
    """An event that starts later begins there."""
    states = update(HysteresisThreshold([RULE]), 0.1, 0.4, 0.1, 0.1, 0.1)
    assert [bool(state.rises[0]) for state in states] == [False, True, True, True, False]


def test_a_reset_discards_the_past_windows() -> None:
    """A new stretch starts without votes."""
    threshold = HysteresisThreshold([RULE])
    update(threshold, 0.9)
    threshold.reset()
    assert not update(threshold, 0.1)[0].keeps[0]
