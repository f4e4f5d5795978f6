"""Confounders keep events from starting, and retract those that last."""

from collections import defaultdict

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.decide import Mutes, Rule, Tracker
from soundpost.decide.surroundings.confounders import ConfounderDetector, Surroundings
from soundpost.events import Detection, Scores, State, Window
from soundpost.features import FeatureSpec
from soundpost.health import Health

SPEC = FeatureSpec()
FRAMES, STRIDE_FRAMES = 192, 50
STRIDE = STRIDE_FRAMES * SPEC.hop_samples
LENGTH = SPEC.sample_count(FRAMES)
FLAT = np.zeros((FRAMES, SPEC.mel_bands), np.float32)
OWL, SIREN = 0, 1
AFTER = 3
"""Windows after one with a siren in which no owl starts."""


def rule(index: int, *confounders: str, windows: int = AFTER, **changes: int) -> Rule:
    """Returns a rule that starts at 0.6, ends below 0.3 and uses single windows."""
    plain = Rule(
        index=index,
        label=("owl", "siren")[index],
        on_threshold=0.6,
        off_threshold=0.3,
        smoothing_windows=1,
        minimum_samples=0,
        refractory_samples=0,
        confounders=frozenset(confounders),
        confounder_samples=(windows + 1) * STRIDE,
    )
    return msgspec.structs.replace(plain, **changes)


def window_at(number: int) -> Window:
    """Returns window `number` of an unbroken stretch that began in 1970."""
    start = number * STRIDE
    return Window(start, start + LENGTH, FLAT, -30.0, start * 62_500)


class Node:
    """A tracker of an owl, of which a siren is the confounder, and its counters.

    Args:
        rules: The rules of labels with events.
        detected: The rules of confounders.
        mutes: The mutes.
        surroundings: Shared with another tracker.
    """

    def __init__(
        self,
        *rules: Rule,
        detected: tuple[Rule, ...] = (rule(SIREN),),
        mutes: Mutes | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.health = Health()
        confounders = ConfounderDetector(
            detected, surroundings or Surroundings(), SPEC.sample_rate_hz
        )
        labels = Mutes(rule.label for rule in rules)
        self.tracker = Tracker(rules, SPEC, mutes or labels, self.health, confounders=confounders)

    def track(self, *rows: tuple[float, float], first: int = 0) -> list[tuple[str, str]]:
        """Returns label and state of the detections of some windows' scores of owl and siren."""
        return [(d.label, d.state.value) for d in self.detections(*rows, first=first)]

    def detections(self, *rows: tuple[float, float], first: int = 0) -> list[Detection]:
        """Returns the detections of some windows' scores of owl and siren."""
        return [
            detection
            for number, row in enumerate(rows, first)
            for detection in self.tracker.update(
                Scores(window_at(number), np.array(row, np.float32))
            )
        ]


QUIET, CALL, WAIL, BOTH = (0.0, 0.0), (0.9, 0.0), (0.0, 0.9), (0.9, 0.9)


def test_a_confounder_retracts_a_confirmed_event() -> None:
    """Its last message is `retracted`, with an offset; the sound does not start another one."""
    node = Node(rule(OWL, "siren"), rule(SIREN))
    detections = node.detections(CALL, CALL, CALL, BOTH, BOTH, QUIET)
    assert [(d.label, d.state.value) for d in detections] == [
        ("owl", "started"),
        ("owl", "confirmed"),
        ("owl", "retracted"),
        ("siren", "started"),
        ("siren", "confirmed"),
        ("siren", "ended"),
    ]
    retracted = detections[2]
    assert retracted.offset_sample is not None
    assert retracted.onset_sample < retracted.offset_sample <= window_at(3).end_sample
    assert node.health.events_confounded == 1


def test_no_event_starts_with_a_confounder_or_soon_after_it() -> None:
    """Not in the same window, and not for the time after the last one of the confounder."""
    node = Node(rule(OWL, "siren"))
    assert node.track(BOTH, *[CALL] * AFTER) == []
    assert node.health.events_confounded == 1
    detections = node.detections(CALL, CALL, first=1 + AFTER)
    assert [d.state for d in detections] == [State.STARTED, State.CONFIRMED]
    assert detections[0].onset_sample >= window_at(1 + AFTER).start_sample
    assert node.health.events_confounded == 1


def test_each_sound_that_is_confounded_counts_once() -> None:
    """Two calls within one siren count as two, however long they are."""
    node = Node(rule(OWL, "siren"))
    assert node.track(WAIL, BOTH, BOTH, WAIL, BOTH, BOTH, WAIL) == []
    assert node.health.events_confounded == 2


def test_an_event_that_has_ended_stays() -> None:
    """A confounder after the last message changes nothing."""
    node = Node(rule(OWL, "siren"))
    assert node.track(CALL, CALL, QUIET, WAIL) == [
        ("owl", "started"),
        ("owl", "confirmed"),
        ("owl", "ended"),
    ]
    assert node.health.events_confounded == 0


def test_an_event_that_starts_after_a_mute_is_counted_when_it_is_retracted() -> None:
    """The sound was counted as muted before; its event is another one."""
    mutes = Mutes(["owl"])
    mutes.mute(None, window_at(1).utc_ns)
    node = Node(rule(OWL, "siren"), mutes=mutes)
    assert node.track(CALL, CALL, BOTH) == [("owl", "started"), ("owl", "retracted")]
    assert (node.health.events_muted, node.health.events_confounded) == (1, 1)


def test_a_muted_confounder_still_confounds() -> None:
    """A mute of the siren must not bring false owls."""
    mutes = Mutes(["owl", "siren"])
    mutes.mute(frozenset({"siren"}), window_at(100).utc_ns)
    node = Node(rule(OWL, "siren"), rule(SIREN), mutes=mutes)
    assert node.track(CALL, BOTH) == [("owl", "started"), ("owl", "retracted")]


def test_a_confounder_without_events_of_its_own_confounds() -> None:
    """It is excluded, so no event of it starts."""
    assert Node(rule(OWL, "siren")).track(CALL, BOTH, WAIL) == [
        ("owl", "started"),
        ("owl", "retracted"),
    ]


def test_two_labels_that_confound_each_other_have_no_event_together() -> None:
    """None is preferred for its place in the manifest; alone each of them is detected."""
    mutual = rule(OWL, "siren"), rule(SIREN, "owl")
    node = Node(*mutual, detected=mutual)
    assert node.track(BOTH, BOTH) == []
    assert Node(*mutual, detected=mutual).track(CALL, CALL) == [
        ("owl", "started"),
        ("owl", "confirmed"),
    ]
    assert Node(*mutual, detected=mutual).track(CALL, BOTH) == [
        ("owl", "started"),
        ("owl", "retracted"),
    ]


def test_a_confounder_holds_between_its_thresholds() -> None:
    """It is detected until its rule ends it."""
    node = Node(rule(OWL, "siren", windows=0))
    assert node.track(WAIL, (0.0, 0.4), (0.9, 0.4)) == []
    assert node.track((0.9, 0.2), first=3) == [("owl", "started")]


def test_a_confounder_does_not_hold_across_a_gap() -> None:
    """It must reach its on-threshold anew."""
    node = Node(rule(OWL, "siren", windows=0))
    assert node.track(WAIL, (0.0, 0.4)) == []
    assert node.track((0.9, 0.4), first=50) == [("owl", "started")]


def test_without_time_after_it_a_confounder_counts_in_its_own_windows_only() -> None:
    """Zero seconds is a valid setting, from the first window of a stretch on."""
    node = Node(rule(OWL, "siren", confounder_samples=0))
    assert node.track(BOTH, CALL) == [("owl", "started")]
    assert node.track(BOTH, first=2) == [("owl", "retracted")]


def test_a_confounder_before_a_gap_still_counts() -> None:
    """Lost samples are counted, so the time passes through them."""
    node = Node(rule(OWL, "siren", windows=9))
    assert node.track(WAIL) == []
    assert node.track(CALL, CALL, first=8) == []
    assert node.track(CALL, first=15) == [("owl", "started")]


def test_a_label_of_another_model_confounds() -> None:
    """The trackers share their surroundings, and take turns by the ends of their windows."""
    surroundings = Surroundings()
    owls = Node(rule(OWL, "siren"), detected=(), surroundings=surroundings)
    sirens = Node(rule(SIREN), surroundings=surroundings)
    assert owls.track(CALL) == [("owl", "started")]
    assert sirens.track(WAIL) == [("siren", "started")]
    assert owls.track(CALL, first=1) == [("owl", "retracted")]
    assert sirens.track(QUIET, first=1) == [("siren", "retracted")]
    assert owls.track(CALL, CALL, first=2) == []
    assert owls.track(CALL, first=4) == [("owl", "started")]


def test_models_of_other_rates_compare_times() -> None:
    """One model counts twice as many samples as the other, and neither is late."""
    surroundings = Surroundings()
    owl = rule(OWL, "siren")
    slow = ConfounderDetector((), surroundings, 8_000)
    fast = ConfounderDetector((rule(SIREN),), surroundings, 16_000)
    fast.update(np.array(WAIL, np.float32), 160_000)
    for end_sample, is_near in ((80_000, True), (80_000 + owl.confounder_samples, False)):
        slow.update(np.array(CALL, np.float32), end_sample)
        assert slow.confounds(owl) is is_near
        slow.reset()


def test_new_rules_apply_to_confounders() -> None:
    """A raised threshold of the siren lets the owl start; other confounders are replaced."""
    node = Node(rule(OWL, "siren"), rule(SIREN))
    node.tracker.set_rules(
        [rule(OWL, "siren"), msgspec.structs.replace(rule(SIREN), on_threshold=0.95)]
    )
    assert node.track(BOTH) == [("owl", "started")]
    node.tracker.set_rules([rule(OWL, "siren"), rule(SIREN)])
    assert node.track(BOTH, first=1) == [("owl", "retracted"), ("siren", "started")]
    node.tracker.set_rules([rule(OWL), rule(SIREN)])
    assert ("owl", "started") in node.track(BOTH, first=2)


SCORES = st.lists(
    st.tuples(st.floats(0, 1, width=32), st.floats(0, 1, width=32)), min_size=1, max_size=60
)


@given(values=SCORES, windows=st.integers(0, 6), mutual=st.booleans())
def test_no_event_lasts_near_a_confounder(
    values: list[tuple[float, float]], windows: int, *, mutual: bool
) -> None:
    """At the end of each window no event is open whose confounder was detected less than so ago."""
    owl = rule(OWL, "siren", windows=windows)
    siren = rule(SIREN, *["owl"] if mutual else [], windows=windows)
    node = Node(owl, siren, detected=(owl, siren))
    present = [detected_windows([row[column] for row in values]) for column in (OWL, SIREN)]
    is_open = {"owl": False, "siren": False}
    states: dict[int, list[str]] = defaultdict(list)
    for number, row in enumerate(values):
        for detection in node.detections(row, first=number):
            is_open[detection.label] = detection.offset_sample is None
            states[detection.event].append(detection.state.value)
        near = range(max(0, number - windows), number + 1)
        if is_open["owl"]:
            assert not any(present[SIREN][window] for window in near)
        if is_open["siren"] and mutual:
            assert not any(present[OWL][window] for window in near)
        if not mutual:
            assert is_open["siren"] == present[SIREN][number]
    for detection in node.tracker.flush():
        states[detection.event].append(detection.state.value)
    for event in states.values():
        assert event[0] == "started"
        assert event[1:] in (["retracted"], ["confirmed", "ended"], ["confirmed", "retracted"])


def detected_windows(values: list[float]) -> list[bool]:
    """Returns whether a plain hysteresis from 0.6 to 0.3 is on in each window."""
    is_on, result = False, []
    for value in values:
        is_on = bool(np.float32(value) >= np.float32(0.3 if is_on else 0.6))
        result.append(is_on)
    return result
