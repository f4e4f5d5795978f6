"""The events of the tracker, for any scores."""

import dataclasses
from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.decide import Mutes, Rule, Tracker
from soundpost.events import Detection, Scores, State, Window
from soundpost.features import FeatureSpec
from soundpost.health import Health

SPEC = FeatureSpec()
FRAMES, STRIDE_FRAMES = 192, 50
STRIDE = STRIDE_FRAMES * SPEC.hop_samples
LENGTH = SPEC.sample_count(FRAMES)
FLAT = np.zeros((FRAMES, SPEC.mel_bands), np.float32)


def rule(index: int = 0, **changes: float) -> Rule:
    """Returns a rule that starts at 0.6, ends below 0.3 and uses single windows."""
    values = {
        "on_threshold": 0.6,
        "off_threshold": 0.3,
        "smoothing_windows": 1,
        "minimum_samples": 0,
        "refractory_samples": 0,
    } | changes
    return Rule(index=index, label=f"label_{index}", **values)  # type: ignore[arg-type]  # mixed


def new_tracker(*rules: Rule, mutes: Mutes | None = None) -> Tracker:
    """Returns a tracker with these rules, and with nothing muted unless it is by `mutes`."""
    return Tracker(rules, SPEC, mutes or Mutes(r.label for r in rules), Health())


def window_at(number: int, log_mel: np.ndarray = FLAT) -> Window:
    """Returns window `number` of an unbroken stretch that began in 1970."""
    start = number * STRIDE
    return Window(start, start + LENGTH, log_mel, -30.0, start * 62_500)


def track(tracker: Tracker, values: list[list[float]], first: int = 0) -> list[Detection]:
    """Returns the detections of a run of scores."""
    detections: list[Detection] = []
    for number, row in enumerate(values, first):
        detections += tracker.update(Scores(window_at(number), np.array(row, np.float32)))
    return detections


def states(detections: list[Detection]) -> list[str]:
    """Returns the states alone."""
    return [detection.state.value for detection in detections]


def test_an_event_that_holds_is_started_confirmed_and_ended() -> None:
    """Scores that rise, hold and fall give three states under one event number."""
    detections = track(new_tracker(rule()), [[0.1], [0.9], [0.8], [0.1]])
    assert states(detections) == ["started", "confirmed", "ended"]
    assert {detection.event for detection in detections} == {0}
    assert detections[0].offset_sample is None
    assert detections[-1].score == np.float32(0.9)


def test_a_single_window_is_retracted() -> None:
    """An event that no later window confirms is retracted."""
    detections = track(new_tracker(rule()), [[0.9], [0.1]])
    assert states(detections) == ["started", "retracted"]


def test_a_short_event_is_retracted() -> None:
    """An event shorter than its label's minimum is retracted, however high it scored."""
    tracker = new_tracker(rule(minimum_samples=100 * LENGTH))
    assert states(track(tracker, [[0.9], [0.9], [0.1]])) == ["started", "retracted"]


def test_between_the_thresholds_nothing_changes() -> None:
    """A score between the two neither starts an event nor ends one."""
    tracker = new_tracker(rule())
    assert states(track(tracker, [[0.5], [0.5]])) == []
    assert states(track(tracker, [[0.9], [0.5], [0.5]], first=2)) == ["started", "confirmed"]


def test_smoothing_keeps_one_loud_window_from_starting_an_event() -> None:
    """With a mean over two windows, one alone at 0.9 stays below 0.6."""
    tracker = new_tracker(rule(smoothing_windows=2))
    assert states(track(tracker, [[0.9], [0.1], [0.1]])) == []
    assert states(track(tracker, [[0.9], [0.9]], first=3)) == ["started"]


def test_the_refractory_time_delays_the_next_onset() -> None:
    """No event of a label starts until its refractory time has passed since the last offset."""
    tracker = new_tracker(rule(refractory_samples=3 * STRIDE))
    detections = track(tracker, [[0.9], [0.1], [0.9], [0.9], [0.9], [0.9], [0.9]])
    first_offset = detections[1].offset_sample
    assert first_offset is not None
    assert states(detections) == ["started", "retracted", "started", "confirmed"]
    assert detections[2].onset_sample >= first_offset + 3 * STRIDE


def test_labels_are_tracked_separately() -> None:
    """Two labels that overlap are two events."""
    detections = track(new_tracker(rule(0), rule(1)), [[0.9, 0.0], [0.9, 0.9], [0.0, 0.9]])
    assert [(d.label, d.state.value) for d in detections] == [
        ("label_0", "started"),
        ("label_0", "confirmed"),
        ("label_1", "started"),
        ("label_0", "ended"),
        ("label_1", "confirmed"),
    ]


def test_a_label_without_a_rule_is_not_detected() -> None:
    """Scores of an excluded label have no effect."""
    assert track(new_tracker(rule(1)), [[0.9, 0.0], [0.9, 0.0]]) == []


def test_a_gap_ends_the_event() -> None:
    """If windows do not overlap, running events end and smoothing starts again."""
    tracker = new_tracker(rule(smoothing_windows=2))
    track(tracker, [[0.9], [0.9], [0.9]])
    detections = track(tracker, [[0.9]], first=50)
    assert states(detections) == ["ended"]
    assert detections[0].offset_sample is not None
    assert detections[0].offset_sample <= 2 * STRIDE + LENGTH


def test_the_onset_is_where_the_sound_rises() -> None:
    """An event starts at the step in its first window, and ends at the step in its last one."""
    quiet, loud = np.log(np.float32(0.001)), np.float32(1.0)
    tracker = new_tracker(rule())
    detections: list[Detection] = []
    sound = np.full((FRAMES + 6 * STRIDE_FRAMES, SPEC.mel_bands), quiet)
    sound[150:350] = loud
    for number, value in enumerate([0.1, 0.9, 0.9, 0.9, 0.9, 0.5, 0.1]):
        first = number * STRIDE_FRAMES
        window = window_at(number, sound[first : first + FRAMES])
        detections += tracker.update(Scores(window, np.array([value], np.float32)))
    assert detections[0].onset_sample == 150 * SPEC.hop_samples
    assert detections[-1].offset_sample == 350 * SPEC.hop_samples
    assert detections[0].onset_utc_ns == detections[0].onset_sample * 62_500


@pytest.mark.parametrize("step_seconds", [-10 * 365 * 86_400, -3_600, 3_600, 10 * 365 * 86_400])
def test_an_event_is_as_long_as_its_samples_when_the_clock_is_set(step_seconds: int) -> None:
    """Its offset is after its onset, whatever happens to the wall clock meanwhile."""
    tracker = new_tracker(rule())
    detections: list[Detection] = []
    for number, value in enumerate([0.9, 0.9, 0.9, 0.1]):
        window = window_at(number)
        stepped_ns = step_seconds * 10**9 if number else 0
        window = dataclasses.replace(window, utc_ns=window.utc_ns + stepped_ns)
        detections += tracker.update(Scores(window, np.array([value], np.float32)))
    ended = detections[-1]
    assert ended.offset_sample is not None
    assert ended.offset_utc_ns is not None
    duration_ns = (ended.offset_sample - ended.onset_sample) * 62_500
    assert ended.offset_utc_ns - detections[0].onset_utc_ns == duration_ns


def test_three_of_five_windows_start_and_keep_an_event() -> None:
    """A sound that fluctuates is one event; two of five windows neither start nor keep one."""
    tracker = new_tracker(rule(needed_windows=3, of_windows=5))
    assert states(track(tracker, [[0.9], [0.9], [0.1], [0.1], [0.1]])) == []
    detections = track(tracker, [[0.9], [0.1], [0.9], [0.9], [0.1], [0.9], [0.1], [0.1]], first=5)
    assert states(detections) == ["started", "confirmed", "ended"]
    assert detections[0].decided_sample == window_at(8).end_sample
    assert detections[-1].decided_sample == window_at(12).end_sample


def test_an_event_of_several_windows_starts_in_the_first_of_them() -> None:
    """The onset is where the score began to rise, even if a window in between was low."""
    tracker = new_tracker(rule(needed_windows=3, of_windows=5))
    detections = track(tracker, [[0.1], [0.9], [0.1], [0.9], [0.9]])
    assert detections[0].onset_sample == window_at(1).start_sample + FRAMES // 2 * SPEC.hop_samples


def test_new_rules_keep_a_running_event() -> None:
    """Its number and threshold stay; the new rule ends it."""
    tracker = new_tracker(rule())
    detections = track(tracker, [[0.7], [0.7]])
    tracker.set_rules([rule(on_threshold=0.9, off_threshold=0.5, smoothing_windows=2)])
    detections += track(tracker, [[0.7], [0.6], [0.3], [0.7], [0.8]], first=2)
    assert states(detections) == ["started", "confirmed", "ended"]
    assert {(d.event, d.threshold) for d in detections} == {(0, 0.6)}


def test_new_rules_apply_to_the_windows_before_them() -> None:
    """A longer mean starts with the scores of the past windows, not with zeros."""
    tracker = new_tracker(rule())
    detections = track(tracker, [[0.9]] * 6)
    tracker.set_rules([rule(smoothing_windows=4, needed_windows=2, of_windows=3)])
    assert states(detections + track(tracker, [[0.9]], first=6)) == ["started", "confirmed"]


def test_a_lowered_threshold_starts_an_event_of_a_present_sound() -> None:
    """It starts with the next window."""
    tracker = new_tracker(rule())
    assert track(tracker, [[0.5], [0.5]]) == []
    tracker.set_rules([rule(on_threshold=0.4)])
    assert states(track(tracker, [[0.5], [0.5]], first=2)) == ["started", "confirmed"]


def test_rules_for_other_labels_are_refused() -> None:
    """They would be applied to the wrong events."""
    with pytest.raises(ValueError, match="label_1"):
        new_tracker(rule(0)).set_rules([rule(1)])


def track_muted(values: list[list[float]], until: int) -> tuple[list[Detection], int]:
    """Returns the detections with label 0 muted until a window, and the muted events."""
    mutes, health = Mutes(["label_0"]), Health()
    mutes.mute(None, window_at(until).utc_ns)
    return track(Tracker([rule()], SPEC, mutes, health), values), health.events_muted


def test_a_muted_event_does_not_start_and_is_counted_once() -> None:
    """Two sounds during the mute count as two, however many windows they last."""
    detections, muted = track_muted([[0.9], [0.9], [0.1], [0.9], [0.9], [0.1]], until=6)
    assert (detections, muted) == ([], 2)


def test_a_sound_that_outlasts_a_mute_starts_when_it_ends() -> None:
    """An alarm that still rings is detected, with its onset at the end of the mute."""
    detections, muted = track_muted([[0.9]] * 6, until=3)
    assert (states(detections), muted) == (["started", "confirmed"], 1)
    assert detections[0].onset_sample >= window_at(3).start_sample


def test_an_event_that_started_before_a_mute_ends_as_usual() -> None:
    """A started event must not stay on for ever."""
    mutes = Mutes(["label_0"])
    tracker = new_tracker(rule(), mutes=mutes)
    detections = track(tracker, [[0.9]])
    mutes.mute(None, window_at(100).utc_ns)
    detections += track(tracker, [[0.9], [0.1], [0.9], [0.1]], first=1)
    assert states(detections) == ["started", "confirmed", "ended"]


SCORES = st.lists(
    st.tuples(st.floats(0, 1, width=32), st.floats(0, 1, width=32)), min_size=1, max_size=60
)
RULES = st.builds(
    rule,
    on_threshold=st.floats(0.5, 0.9),
    off_threshold=st.floats(0.1, 0.5),
    smoothing_windows=st.integers(1, 4),
    minimum_samples=st.integers(0, 4 * STRIDE),
    refractory_samples=st.integers(0, 4 * STRIDE),
    needed_windows=st.integers(1, 3),
    of_windows=st.integers(3, 5),
)


@given(values=SCORES, settings=RULES, later=RULES, at=st.integers(0, 60), until=st.integers(0, 60))
def test_every_state_of_an_event_comes_in_order_and_once(
    values: list[tuple[float, float]], settings: Rule, later: Rule, at: int, until: int
) -> None:
    """Started, then confirmed and ended, or retracted; whatever is set or muted meanwhile."""
    mutes = Mutes(["label_0", "label_1"])
    tracker = new_tracker(settings, rule(1), mutes=mutes)
    detections = track(tracker, [list(row) for row in values[:at]])
    tracker.set_rules([later, rule(1)])
    mutes.mute(frozenset({"label_1"}), window_at(until).utc_ns)
    detections += track(tracker, [list(row) for row in values[at:]], first=at)
    detections += tracker.flush()
    by_event: dict[int, list[Detection]] = defaultdict(list)
    for detection in detections:
        by_event[detection.event].append(detection)
    for event in by_event.values():
        assert states(event) in (
            ["started", "retracted"],
            ["started", "confirmed", "ended"],
        )
        assert len({(d.label, d.onset_sample, d.onset_utc_ns) for d in event}) == 1
        last = event[-1]
        assert last.offset_sample is not None
        assert last.offset_sample > last.onset_sample
        assert all(earlier.score <= later.score for earlier, later in pairwise(event))
        assert all(d.score >= np.float32(d.threshold) for d in event)


@given(values=SCORES, settings=RULES)
def test_two_events_of_one_label_keep_their_distance(
    values: list[tuple[float, float]], settings: Rule
) -> None:
    """At least the refractory time passes from one offset to the next onset of the label."""
    tracker = new_tracker(settings)
    detections = track(tracker, [list(row) for row in values])
    detections += tracker.flush()
    starts = [d for d in detections if d.state is State.STARTED]
    ends = [d for d in detections if d.offset_sample is not None]
    assert len(starts) == len(ends)
    for end, start in zip(ends[:-1], starts[1:], strict=True):
        assert end.offset_sample is not None
        assert start.onset_sample - end.offset_sample >= settings.refractory_samples
