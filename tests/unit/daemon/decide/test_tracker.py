"""What the tracker promises about events, whatever the scores are."""

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
    """A rule that starts at 0.6, ends below 0.3 and looks at single windows."""
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
    """Window `number` of an unbroken stretch that began at 1970."""
    start = number * STRIDE
    return Window(start, start + LENGTH, log_mel, -30.0, start * 62_500)


def follow(tracker: Tracker, values: list[list[float]], first: int = 0) -> list[Detection]:
    """Everything that a run of scores decides."""
    told: list[Detection] = []
    for number, row in enumerate(values, first):
        told += tracker.update(Scores(window_at(number), np.array(row, np.float32)))
    return told


def states(told: list[Detection]) -> list[str]:
    """Only the states."""
    return [detection.state.value for detection in told]


def test_an_event_that_holds_is_started_confirmed_and_ended() -> None:
    """Scores that rise, hold and fall tell three states under one event number."""
    told = follow(new_tracker(rule()), [[0.1], [0.9], [0.8], [0.1]])
    assert states(told) == ["started", "confirmed", "ended"]
    assert {detection.event for detection in told} == {0}
    assert told[0].offset_sample is None
    assert told[-1].score == np.float32(0.9)


def test_a_single_window_is_retracted() -> None:
    """An event that no later window bears out is taken back."""
    told = follow(new_tracker(rule()), [[0.9], [0.1]])
    assert states(told) == ["started", "retracted"]


def test_a_short_event_is_retracted() -> None:
    """What ends before its label's minimum is taken back, however high it scored."""
    tracker = new_tracker(rule(minimum_samples=100 * LENGTH))
    assert states(follow(tracker, [[0.9], [0.9], [0.1]])) == ["started", "retracted"]


def test_between_the_thresholds_nothing_changes() -> None:
    """A score between off and on neither starts an event nor ends one."""
    tracker = new_tracker(rule())
    assert states(follow(tracker, [[0.5], [0.5]])) == []
    assert states(follow(tracker, [[0.9], [0.5], [0.5]], first=2)) == ["started", "confirmed"]


def test_smoothing_keeps_one_loud_window_from_starting_an_event() -> None:
    """With a mean over two windows, one alone at 0.9 stays below 0.6."""
    tracker = new_tracker(rule(smoothing_windows=2))
    assert states(follow(tracker, [[0.9], [0.1], [0.1]])) == []
    assert states(follow(tracker, [[0.9], [0.9]], first=3)) == ["started"]


def test_the_refractory_time_delays_the_next_onset() -> None:
    """A label is silent from an offset until its refractory time has passed."""
    tracker = new_tracker(rule(refractory_samples=3 * STRIDE))
    told = follow(tracker, [[0.9], [0.1], [0.9], [0.9], [0.9], [0.9], [0.9]])
    first_offset = told[1].offset_sample
    assert first_offset is not None
    assert states(told) == ["started", "retracted", "started", "confirmed"]
    assert told[2].onset_sample >= first_offset + 3 * STRIDE


def test_labels_are_tracked_apart() -> None:
    """Two labels that overlap are two events."""
    told = follow(new_tracker(rule(0), rule(1)), [[0.9, 0.0], [0.9, 0.9], [0.0, 0.9]])
    assert [(d.label, d.state.value) for d in told] == [
        ("label_0", "started"),
        ("label_0", "confirmed"),
        ("label_1", "started"),
        ("label_0", "ended"),
        ("label_1", "confirmed"),
    ]


def test_a_label_without_a_rule_is_not_told() -> None:
    """Scores of a label that is left out decide nothing."""
    assert follow(new_tracker(rule(1)), [[0.9, 0.0], [0.9, 0.0]]) == []


def test_a_gap_ends_the_event() -> None:
    """When windows stop overlapping, what was going on is over, and smoothing begins anew."""
    tracker = new_tracker(rule(smoothing_windows=2))
    follow(tracker, [[0.9], [0.9], [0.9]])
    told = follow(tracker, [[0.9]], first=50)
    assert states(told) == ["ended"]
    assert told[0].offset_sample is not None
    assert told[0].offset_sample <= 2 * STRIDE + LENGTH


def test_the_onset_is_where_the_sound_rises() -> None:
    """An event starts at the step in its first window, and ends at the step in its last."""
    quiet, loud = np.log(np.float32(0.001)), np.float32(1.0)
    tracker = new_tracker(rule())
    told: list[Detection] = []
    sound = np.full((FRAMES + 6 * STRIDE_FRAMES, SPEC.mel_bands), quiet)
    sound[150:350] = loud
    for number, value in enumerate([0.1, 0.9, 0.9, 0.9, 0.9, 0.5, 0.1]):
        first = number * STRIDE_FRAMES
        window = window_at(number, sound[first : first + FRAMES])
        told += tracker.update(Scores(window, np.array([value], np.float32)))
    assert told[0].onset_sample == 150 * SPEC.hop_samples
    assert told[-1].offset_sample == 350 * SPEC.hop_samples
    assert told[0].onset_utc_ns == told[0].onset_sample * 62_500


@pytest.mark.parametrize("step_seconds", [-10 * 365 * 86_400, -3_600, 3_600, 10 * 365 * 86_400])
def test_an_event_is_as_long_as_its_samples_when_the_clock_is_set(step_seconds: int) -> None:
    """Its end is told after its beginning, whatever becomes of the wall clock meanwhile."""
    tracker = new_tracker(rule())
    told: list[Detection] = []
    for number, value in enumerate([0.9, 0.9, 0.9, 0.1]):
        window = window_at(number)
        stepped_ns = step_seconds * 10**9 if number else 0
        window = dataclasses.replace(window, utc_ns=window.utc_ns + stepped_ns)
        told += tracker.update(Scores(window, np.array([value], np.float32)))
    ended = told[-1]
    assert ended.offset_sample is not None
    assert ended.offset_utc_ns is not None
    lasted_ns = (ended.offset_sample - ended.onset_sample) * 62_500
    assert ended.offset_utc_ns - told[0].onset_utc_ns == lasted_ns


def test_three_of_five_windows_start_and_keep_an_event() -> None:
    """A sound that flutters is one event; two windows, or two left of five, are none."""
    tracker = new_tracker(rule(needed_windows=3, of_windows=5))
    assert states(follow(tracker, [[0.9], [0.9], [0.1], [0.1], [0.1]])) == []
    told = follow(tracker, [[0.9], [0.1], [0.9], [0.9], [0.1], [0.9], [0.1], [0.1]], first=5)
    assert states(told) == ["started", "confirmed", "ended"]
    assert told[0].decided_sample == window_at(8).end_sample
    assert told[-1].decided_sample == window_at(12).end_sample


def test_an_event_of_several_windows_begins_with_the_first_of_them() -> None:
    """The onset is where the score began to rise, though a window between them fell."""
    tracker = new_tracker(rule(needed_windows=3, of_windows=5))
    told = follow(tracker, [[0.1], [0.9], [0.1], [0.9], [0.9]])
    assert told[0].onset_sample == window_at(1).start_sample + FRAMES // 2 * SPEC.hop_samples


def test_retuning_keeps_an_event_that_goes_on() -> None:
    """Under the same number, with the threshold that started it, and ended by the new one."""
    tracker = new_tracker(rule())
    told = follow(tracker, [[0.7], [0.7]])
    tracker.set_rules([rule(on_threshold=0.9, off_threshold=0.5, smoothing_windows=2)])
    told += follow(tracker, [[0.7], [0.6], [0.3], [0.7], [0.8]], first=2)
    assert states(told) == ["started", "confirmed", "ended"]
    assert {(d.event, d.threshold) for d in told} == {(0, 0.6)}


def test_new_rules_see_the_windows_before_them() -> None:
    """A longer mean does not take what was heard before it for silence."""
    tracker = new_tracker(rule())
    told = follow(tracker, [[0.9]] * 6)
    tracker.set_rules([rule(smoothing_windows=4, needed_windows=2, of_windows=3)])
    assert states(told + follow(tracker, [[0.9]], first=6)) == ["started", "confirmed"]


def test_a_lowered_threshold_starts_what_is_there() -> None:
    """From the next window on."""
    tracker = new_tracker(rule())
    assert follow(tracker, [[0.5], [0.5]]) == []
    tracker.set_rules([rule(on_threshold=0.4)])
    assert states(follow(tracker, [[0.5], [0.5]], first=2)) == ["started", "confirmed"]


def test_rules_for_other_labels_are_refused() -> None:
    """They would be held against the wrong events."""
    with pytest.raises(ValueError, match="label_1"):
        new_tracker(rule(0)).set_rules([rule(1)])


def hushed(values: list[list[float]], until: int) -> tuple[list[Detection], int]:
    """What is told if label 0 is muted until a window begins, and how many events were not."""
    mutes, health = Mutes(["label_0"]), Health()
    mutes.mute(None, window_at(until).utc_ns)
    return follow(Tracker([rule()], SPEC, mutes, health), values), health.events_muted


def test_what_is_muted_does_not_begin_and_is_counted_once() -> None:
    """Two sounds in the mute are two, however many windows they last."""
    told, muted = hushed([[0.9], [0.9], [0.1], [0.9], [0.9], [0.1]], until=6)
    assert (told, muted) == ([], 2)


def test_what_outlasts_a_mute_begins_where_it_ends() -> None:
    """An alarm that still rings is told, and not as if it had been told before."""
    told, muted = hushed([[0.9]] * 6, until=3)
    assert (states(told), muted) == (["started", "confirmed"], 1)
    assert told[0].onset_sample >= window_at(3).start_sample


def test_what_began_before_a_mute_is_told_to_its_end() -> None:
    """An alarm that was told may not stay on for ever."""
    mutes = Mutes(["label_0"])
    tracker = new_tracker(rule(), mutes=mutes)
    told = follow(tracker, [[0.9]])
    mutes.mute(None, window_at(100).utc_ns)
    told += follow(tracker, [[0.9], [0.1], [0.9], [0.1]], first=1)
    assert states(told) == ["started", "confirmed", "ended"]


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
def test_every_event_is_told_in_order_and_once(
    values: list[tuple[float, float]], settings: Rule, later: Rule, at: int, until: int
) -> None:
    """States come as started, perhaps confirmed, then ended or retracted, and never again.

    That is so whatever is set or muted while the daemon listens.
    """
    mutes = Mutes(["label_0", "label_1"])
    tracker = new_tracker(settings, rule(1), mutes=mutes)
    told = follow(tracker, [list(row) for row in values[:at]])
    tracker.set_rules([later, rule(1)])
    mutes.mute(frozenset({"label_1"}), window_at(until).utc_ns)
    told += follow(tracker, [list(row) for row in values[at:]], first=at)
    told += tracker.flush()
    by_event: dict[int, list[Detection]] = defaultdict(list)
    for detection in told:
        by_event[detection.event].append(detection)
    for story in by_event.values():
        assert states(story) in (
            ["started", "retracted"],
            ["started", "confirmed", "ended"],
        )
        assert len({(d.label, d.onset_sample, d.onset_utc_ns) for d in story}) == 1
        last = story[-1]
        assert last.offset_sample is not None
        assert last.offset_sample > last.onset_sample
        assert all(earlier.score <= later.score for earlier, later in pairwise(story))
        assert all(d.score >= np.float32(d.threshold) for d in story)


@given(values=SCORES, settings=RULES)
def test_two_events_of_one_label_keep_their_distance(
    values: list[tuple[float, float]], settings: Rule
) -> None:
    """From one offset to the next onset of the same label at least the refractory time passes."""
    tracker = new_tracker(settings)
    told = follow(tracker, [list(row) for row in values])
    told += tracker.flush()
    starts = [d for d in told if d.state is State.STARTED]
    ends = [d for d in told if d.offset_sample is not None]
    assert len(starts) == len(ends)
    for end, start in zip(ends[:-1], starts[1:], strict=True):
        assert end.offset_sample is not None
        assert start.onset_sample - end.offset_sample >= settings.refractory_samples
