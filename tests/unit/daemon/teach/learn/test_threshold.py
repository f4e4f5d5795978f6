"""The threshold keeps to a budget of false events an hour."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taught_examples import STRIDE_SECONDS, embeddings

from soundpost.teach.examples import Stretch
from soundpost.teach.learn.events import count_events
from soundpost.teach.learn.held_out import HeldOut
from soundpost.teach.learn.threshold import (
    GENERAL_SHARE,
    choose_threshold,
    hours_of,
    keep_to_budget,
)

NO_GENERAL = np.empty(0)


def stretch(windows: int) -> Stretch:
    """Returns a stretch of so many windows."""
    return Stretch("this node", embeddings(windows, 0), STRIDE_SECONDS)


def background(hours: float, seed: int = 0) -> tuple[np.ndarray, Stretch]:
    """Returns logits of background in which sounds last for some windows, and its stretch."""
    windows = round(hours * 3_600 / STRIDE_SECONDS)
    rng = np.random.default_rng(seed)
    loud = np.repeat(rng.normal(-4.0, 2.0, windows // 10 + 1), 10)[:windows]
    return loud + rng.normal(0.0, 0.3, windows), stretch(windows)


def events(logits: np.ndarray, of: Stretch, threshold: float) -> int:
    """Returns the number of events at a threshold."""
    return len(count_events([logits], [of], threshold))


@pytest.mark.parametrize("budget", [4.0, 20.0])
def test_the_budget_is_used_and_not_exceeded(budget: float) -> None:
    """A threshold that is half a logit lower would exceed it."""
    logits, of = background(0.5)
    threshold = choose_threshold(HeldOut([], [logits], NO_GENERAL), [of], budget)
    threshold = keep_to_budget([logits], [of], threshold, budget)
    assert events(logits, of, threshold) <= budget * 0.5
    assert events(logits, of, threshold - 0.5) > budget * 0.5


def test_a_budget_of_less_than_an_event_leaves_none() -> None:
    """An hour with one event exceeds one half an hour."""
    logits, of = background(1.0)
    threshold = choose_threshold(HeldOut([], [logits], NO_GENERAL), [of], 0.5)
    assert events(logits, of, keep_to_budget([logits], [of], threshold, 0.5)) == 0


def test_a_short_background_needs_a_higher_threshold() -> None:
    """That five minutes had no event says little of an hour."""
    logits, _ = background(5 / 60, seed=3)
    of = stretch(len(logits))
    by_tail = choose_threshold(HeldOut([], [logits], NO_GENERAL), [of], 0.5)
    assert by_tail > float(logits.max())


def test_most_general_sounds_stay_below() -> None:
    """Whatever the background of a node lacks."""
    general = np.linspace(-5.0, 5.0, 1_001)
    logits, of = background(1.0)
    threshold = choose_threshold(HeldOut([], [logits - 20.0], general), [of], 1.0)
    assert (general < threshold).mean() == pytest.approx(GENERAL_SHARE, abs=0.002)


def test_without_any_other_sound_the_classes_are_even() -> None:
    """No figure can be stated then."""
    assert choose_threshold(HeldOut([np.ones(4)], [], NO_GENERAL), [], 0.5) == 0.0
    assert keep_to_budget([], [], 1.25, 0.5) == 1.25


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 1_000), st.floats(-6.0, 0.0))
def test_a_threshold_is_raised_until_the_budget_is_kept(seed: int, start: float) -> None:
    """From wherever it starts; one that keeps to it stays."""
    logits, of = background(0.2, seed)
    kept = keep_to_budget([logits], [of], start, 10.0)
    assert events(logits, of, kept) <= 2
    assert kept >= start
    assert keep_to_budget([logits], [of], kept, 10.0) == kept


def test_hours_are_those_of_all_windows() -> None:
    """Fifteen thousand windows of 0.24 s are an hour."""
    assert hours_of([stretch(7_500), stretch(7_500)]) == pytest.approx(1.0)
