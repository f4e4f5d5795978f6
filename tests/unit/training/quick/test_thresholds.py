"""Thresholds by a budget of false events."""

from pathlib import Path

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings
from numpy.typing import NDArray

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.quick.material import Embedded, Material
from soundpost_training.quick.thresholds import HIGHEST_ON, choose_thresholds, negatives_of, smooth

QUIET = np.zeros((2, 1), np.float32)


def material(clips: int, background: int, windows: int) -> Material:
    """Returns recordings of one label and its background, with as many windows each."""
    owners = np.repeat(np.arange(clips + background), windows)
    nothing = np.zeros((len(owners), 1), np.float32)
    dataset = Dataset(
        name="pump",
        clips=tuple(Clip(Path(f"{at}.wav"), "pump", 1, str(at)) for at in range(clips)),
        labels=("pump",),
        licence="",
        attribution="",
        background=tuple(Clip(Path(f"b{at}.wav"), "b", 1, f"b{at}") for at in range(background)),
    )
    active = np.ones(len(owners), np.bool_)
    return Material(dataset, Embedded(nothing, owners, active, nothing, nothing), "sigmoid")


def hours(count: int, each: float) -> NDArray[np.float64]:
    """Returns equal durations of recordings."""
    return np.full(count, each)


@given(
    st.lists(st.floats(0.0, 1.0, width=32), min_size=24, max_size=24),
    st.sampled_from([0.5, 1.0, 3.0]),
)
@settings(max_examples=60, deadline=None)
def test_no_label_exceeds_its_budget_unless_it_says_so(values: list[float], budget: float) -> None:
    """False events an hour of the background are at most the budget; else the label is marked."""
    scores = np.array(values, np.float32)[:, None]
    (chosen,) = choose_thresholds(material(2, 2, 6), scores, QUIET, budget, hours(4, 1.0))
    assert chosen.is_within_budget == (chosen.false_events_per_hour <= budget)
    assert chosen.is_within_budget or chosen.on_threshold == HIGHEST_ON


def test_the_threshold_lies_above_the_background() -> None:
    """With less background than a budget needs, nothing in it is an event."""
    scores = np.array([0.9] * 6 + [0.1, 0.6, 0.6, 0.1, 0.1, 0.1], np.float32)[:, None]
    (chosen,) = choose_thresholds(material(1, 1, 6), scores, QUIET, 1.0, hours(2, 0.5))
    assert 0.6 < chosen.on_threshold <= 0.61
    assert (chosen.detected, chosen.false_events_per_hour) == (1.0, 0.0)


def test_a_lasting_false_event_is_one() -> None:
    """A budget of one an hour allows it, so the threshold may lie below it."""
    scores = np.array([0.4] * 6 + [0.1, 0.6, 0.6, 0.6, 0.6, 0.1], np.float32)[:, None]
    (chosen,) = choose_thresholds(material(1, 1, 6), scores, QUIET, 1.0, hours(2, 1.0))
    assert chosen.on_threshold == 0.4
    assert chosen.false_events_per_hour == 1.0


def test_a_threshold_keeps_a_distance_from_silence() -> None:
    """The score of faint noise is no event."""
    scores = np.full((6, 1), 0.9, np.float32)
    scores[3:] = 0.0
    quiet = np.array([[0.7], [0.1]], np.float32)
    (chosen,) = choose_thresholds(material(1, 1, 3), scores, quiet, 1.0, hours(2, 1.0))
    assert chosen.on_threshold == 0.8


def test_the_first_window_of_a_recording_counts_alone() -> None:
    """A clip of one window keeps its score, and recordings do not run into each other."""
    scores = np.array([[0.8], [0.2], [0.6]], np.float32)
    assert smooth(scores, np.array([0, 1, 1])).ravel().tolist() == [
        np.float32(0.8),
        np.float32(0.2),
        np.float32(0.4),
    ]


def test_negatives_are_the_background() -> None:
    """Their duration is that of the background alone."""
    assert negatives_of(material(2, 3, 1), hours(5, 0.5)) == ("background", 1.5)
