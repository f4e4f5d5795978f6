"""Events are counted as the daemon's tracker would start them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taught_examples import STRIDE_SECONDS, embeddings

from soundpost.manifest import Label
from soundpost.teach.examples import Stretch
from soundpost.teach.learn.events import (
    OFF_SCORE,
    ON_SCORE,
    count_events,
    peaks,
    smoothed,
    taught_label,
)

HIGH, LOW = 4.0, -8.0


def stretch(windows: int) -> Stretch:
    """Returns a stretch of so many windows."""
    return Stretch("this node", embeddings(windows, 0), STRIDE_SECONDS)


def counted(logits: list[float], threshold: float = 0.0) -> list[float]:
    """Returns the times of the events of a stretch."""
    values = np.array(logits)
    return [event.seconds for event in count_events([values], [stretch(len(values))], threshold)]


def test_one_window_alone_starts_no_event_and_two_do() -> None:
    """As the smoothing of two windows has it."""
    assert counted([LOW, HIGH, LOW, LOW]) == []
    assert counted([LOW, HIGH, HIGH, LOW]) == [pytest.approx(2 * STRIDE_SECONDS)]


def test_a_long_sound_is_one_event() -> None:
    """Two sounds with a pause are two."""
    assert len(counted([HIGH] * 40)) == 1
    assert len(counted([HIGH] * 6 + [LOW] * 20 + [HIGH] * 6)) == 2


def test_a_score_between_the_thresholds_continues_an_event() -> None:
    """And starts none."""
    between = float(np.log(0.3 / 0.7))
    assert len(counted([HIGH, HIGH, *[between] * 20, HIGH, HIGH])) == 1
    assert counted([between] * 20) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([-8.0, -1.0, 0.1, 3.0]), min_size=1, max_size=60))
def test_the_tracker_starts_no_more_events_than_there_are_peaks(logits: list[float]) -> None:
    """The fast count is an upper bound, and is 0 where the tracker's is."""
    tops = peaks(np.array(logits), 0.0)
    fast = int((tops >= ON_SCORE).sum())
    assert len(counted(logits)) <= fast
    assert bool(counted(logits)) == bool(fast)
    assert (tops >= OFF_SCORE).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-6.0, 6.0), min_size=2, max_size=40), st.floats(-3.0, 3.0))
def test_a_higher_threshold_gives_no_more_peaks(logits: list[float], threshold: float) -> None:
    """The highest peak falls with it."""
    values = np.array(logits)
    low = peaks(values, threshold).max(initial=0.0)
    assert peaks(values, threshold + 1.0).max(initial=0.0) <= low


def test_the_smoothing_is_that_of_the_daemon() -> None:
    """Before the first window is silence."""
    assert smoothed(np.array([1.0, 1.0, 0.0])).tolist() == [0.5, 1.0, 0.5]


def test_the_label_has_the_rules_that_events_are_counted_by() -> None:
    """Else the figures would be of another label."""
    label = taught_label("gate_bell", 48_000, 0.5, 0.9)
    assert isinstance(label, Label)
    assert (label.on_threshold, label.off_threshold) == (ON_SCORE, OFF_SCORE)
    assert label.smoothing_windows == 2
    assert label.refractory_samples == 48_000
    assert (label.false_events_per_hour, label.recall) == (0.5, 0.9)
