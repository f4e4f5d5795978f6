"""A tracker that sums up: what it yields, what it counts, and the times of its summaries."""

import msgspec
import numpy as np

from soundpost.audio import Chunk
from soundpost.decide import Mutes, Rule, SummingTracker, Tracker
from soundpost.events import Detection, Scores, SummaryState, Window
from soundpost.features import FeatureSpec
from soundpost.health import Health

SPEC = FeatureSpec()
FRAMES, STRIDE_FRAMES = 192, 50
RATE_HZ = SPEC.sample_rate_hz
STRIDE = STRIDE_FRAMES * SPEC.hop_samples
LENGTH = SPEC.sample_count(FRAMES)
FLAT = np.zeros((FRAMES, SPEC.mel_bands), np.float32)
EPOCH_NS = 1_795_000_000 * 10**9
ON, OFF = float(np.float32(0.9)), 0.0
RATTLE = [ON, ON, OFF]
EVENTS = 3
LASTING = 20 * STRIDE


def rule(index: int = 0, **changes: int) -> Rule:
    """Returns a rule that uses single windows; three events within 20 windows are summed up."""
    plain = Rule(
        index=index,
        label=f"label_{index}",
        on_threshold=0.6,
        off_threshold=0.3,
        smoothing_windows=1,
        minimum_samples=0,
        refractory_samples=0,
        lasting_samples=LASTING,
        lasting_events=EVENTS,
    )
    return msgspec.structs.replace(plain, **changes)


def utc_ns(sample: int) -> int:
    """Returns the time of a sample."""
    return EPOCH_NS + sample * 62_500


class Node:
    """A summing tracker with its counters."""

    def __init__(self, *rules: Rule) -> None:
        self.health = Health()
        self.mutes = Mutes(rule.label for rule in rules)
        tracker = Tracker(rules, SPEC, self.mutes, self.health)
        self.tracker = SummingTracker(tracker, rules, RATE_HZ, self.health)
        self.number = 0

    def track(self, values: list[float]) -> list[str]:
        """Returns the states that the scores of some more windows decide."""
        return [detection.state.value for detection in self.detections([[v] for v in values])]

    def detections(self, rows: list[list[float]]) -> list[Detection]:
        """Returns the detections of some more windows of all labels."""
        detections: list[Detection] = []
        for row in rows:
            start = self.number * STRIDE
            window = Window(start, start + LENGTH, FLAT, -30.0, utc_ns(start))
            detections += self.tracker.update(Scores(window, np.array(row, np.float32)))
            self.number += 1
        return detections

    def end_sample(self, windows_ago: int = 0) -> int:
        """Returns the end of a latest window."""
        return (self.number - 1 - windows_ago) * STRIDE + LENGTH


def test_events_that_are_summed_up_are_not_yielded() -> None:
    """They are counted, and their summary has the times of the sound."""
    node = Node(rule())
    assert node.track(RATTLE * EVENTS) == ["started", "confirmed", "ended"] * EVENTS
    begun_utc_ns = utc_ns(node.end_sample(2))
    (begun,) = node.tracker.pop_summaries()
    assert (begun.label, begun.state) == ("label_0", SummaryState.BEGUN)
    assert begun.since_utc_ns == begun.from_utc_ns == begun.to_utc_ns == begun_utc_ns
    assert node.track(RATTLE * 4) == []
    assert node.health.events_summed == 4
    assert node.track([OFF] * 40) == []
    (over,) = node.tracker.pop_summaries()
    assert (over.state, over.events, over.score) == (SummaryState.OVER, 4, ON)
    assert (over.since_utc_ns, over.from_utc_ns) == (begun_utc_ns, begun_utc_ns)
    assert utc_ns(0) < over.to_utc_ns < utc_ns(node.end_sample())
    assert 0 < over.seconds * RATE_HZ < node.end_sample()
    assert node.track(RATTLE) == ["started", "confirmed", "ended"]
    assert node.tracker.pop_summaries() == []


def test_a_lasting_event_has_a_summary_every_hour_with_its_peak_so_far() -> None:
    """Its `confirmed` was long before the peak."""
    node = Node(rule())
    hour_windows = 3600 * RATE_HZ // STRIDE
    assert node.track([ON] * 30) == ["started", "confirmed"]
    assert node.track([1.0] + [ON] * hour_windows) == []
    begun, hour = node.tracker.pop_summaries()
    assert (begun.score, hour.score) == (ON, 1.0)
    assert hour.to_utc_ns - hour.from_utc_ns == 3600 * 10**9
    assert hour.seconds == 3600.0
    assert (hour.state, hour.events) == (SummaryState.GOING_ON, 0)
    assert node.track([OFF]) == ["ended"]


def test_a_gap_in_the_sound_does_not_lift_the_rule() -> None:
    """A shut gate or a lost buffer of the card ends the events only."""
    node = Node(rule())
    node.track(RATTLE * EVENTS)
    assert node.track([ON, ON]) == []
    node.number += 8
    assert node.track([ON, ON]) == []
    assert list(node.tracker.flush()) == []
    assert node.health.events_summed == 2


def test_a_shut_gate_completes_what_is_due() -> None:
    """No window comes; sound of the last minute may still pass the gate."""
    node = Node(rule())
    node.track(RATTLE * EVENTS)
    node.tracker.pop_summaries()
    over_sample = node.end_sample() + LASTING
    for seconds, count in ((30, 0), (61, 1), (10_000, 0)):
        start = over_sample + seconds * RATE_HZ
        node.tracker.pause(Chunk(start, np.zeros(800, np.int16), utc_ns(start)), RATE_HZ)
        assert len(node.tracker.pop_summaries()) == count


def test_a_shut_gate_is_followed_on_the_clock_of_capture() -> None:
    """The model takes a third of the samples that the source captures."""
    node = Node(rule())
    node.track(RATTLE * EVENTS)
    node.tracker.pop_summaries()
    over_sample = node.end_sample() + LASTING
    for seconds, count in ((30, 0), (61, 1)):
        start = 3 * (over_sample + seconds * RATE_HZ)
        chunk = Chunk(start, np.zeros(2_400, np.int16), utc_ns(start // 3))
        node.tracker.pause(chunk, 3 * RATE_HZ)
        summaries = node.tracker.pop_summaries()
        assert len(summaries) == count
    assert utc_ns(over_sample - LENGTH) < summaries[0].to_utc_ns < utc_ns(over_sample)


def test_no_more_sound_completes_the_last_summary() -> None:
    """Events that last have ended before; a return of the microphone begins anew."""
    node = Node(rule())
    node.track(RATTLE * EVENTS + [ON, ON])
    node.tracker.pop_summaries()
    for count in (1, 0):
        assert list(node.tracker.flush()) == []
        node.tracker.close()
        summaries = node.tracker.pop_summaries()
        assert [summary.state for summary in summaries] == [SummaryState.OVER] * count
    assert node.track([OFF, *RATTLE]) == ["started", "confirmed", "ended"]


def test_a_muted_label_becomes_quiet() -> None:
    """No event starts, so that the rule is lifted; the next ones are published."""
    node = Node(rule())
    node.track(RATTLE * EVENTS)
    node.mutes.mute(None, utc_ns(node.end_sample() + 2 * LASTING))
    assert node.track(RATTLE * 10) == []
    assert [s.state for s in node.tracker.pop_summaries()] == [
        SummaryState.BEGUN,
        SummaryState.OVER,
    ]
    node.mutes.unmute(None)
    assert node.track(RATTLE) == ["started", "confirmed", "ended"]
    assert node.health.events_summed == 0
    assert node.health.events_muted == 10


def test_other_labels_are_published_meanwhile() -> None:
    """One label goes on, another one does not, a third has no such rule."""
    node = Node(rule(0), rule(1), rule(2, lasting_samples=0))
    node.detections([[value, OFF, value] for value in RATTLE * EVENTS])
    labels = [d.label for d in node.detections([[value] * 3 for value in RATTLE])]
    assert sorted(set(labels)) == ["label_1", "label_2"]
    assert node.tracker.labels == ["label_0", "label_1", "label_2"]


def test_new_rules_apply_to_a_label_that_goes_on() -> None:
    """A command may switch the rule off by a profile."""
    node = Node(rule())
    node.track(RATTLE * EVENTS)
    node.tracker.set_rules([rule(lasting_samples=0)])
    assert node.track([OFF, *RATTLE]) == ["started", "confirmed", "ended"]
    assert [s.state for s in node.tracker.pop_summaries()][-1] is SummaryState.OVER


def test_summaries_of_a_clock_that_was_set_are_as_long_as_their_samples() -> None:
    """The time since which the label goes on stays as it was published."""
    node = Node(rule())
    node.track(RATTLE * EVENTS)
    (begun,) = node.tracker.pop_summaries()
    start = node.end_sample() + LASTING + 100 * RATE_HZ
    node.tracker.pause(Chunk(start, np.zeros(800, np.int16), utc_ns(start) + 10**15), RATE_HZ)
    (over,) = node.tracker.pop_summaries()
    assert over.since_utc_ns == begun.since_utc_ns
    assert 0 < over.to_utc_ns - over.from_utc_ns < utc_ns(start) - begun.to_utc_ns
