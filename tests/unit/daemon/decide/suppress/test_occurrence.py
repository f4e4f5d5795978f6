"""Events of labels that do not occur at the place: none starts, and running ones end as usual."""

import numpy as np
import pytest
from decision_labels import label_of_single_windows
from hypothesis import given
from hypothesis import strategies as st

from soundpost.config import DecideConfig, LabelConfig
from soundpost.decide import Mutes, Rule, Tracker, build_rules
from soundpost.events import Detection, Scores, Window
from soundpost.features import FeatureSpec
from soundpost.health import Health
from soundpost.manifest import Label

SPEC = FeatureSpec()
FRAMES, STRIDE = 192, 50 * SPEC.hop_samples
FLAT = np.zeros((FRAMES, SPEC.mel_bands), np.float32)
WINDOW_NS = STRIDE * 62_500


class Season:
    """Label 0 occurs in some windows only; all other labels occur always."""

    def __init__(self, windows: range) -> None:
        self._windows = windows

    def includes(self, label: str, utc_ns: int) -> bool:
        """Returns whether the label occurs in the window of a time."""
        return label != "label_0" or utc_ns // WINDOW_NS in self._windows


def rule(index: int = 0, *, follows_range: bool = True) -> Rule:
    """Returns a rule that starts at 0.6 and ends below 0.3, by single windows."""
    return Rule(index, f"label_{index}", 0.6, 0.3, 1, 0, 0, follows_range=follows_range)


def track(
    values: list[float], season: range, *, follows_range: bool = True, mutes: Mutes | None = None
) -> tuple[list[Detection], Health]:
    """Returns the detections of a run of scores of label 0, and the counters."""
    health = Health()
    mutes = mutes or Mutes(["label_0"])
    rules = [rule(follows_range=follows_range)]
    tracker = Tracker(rules, SPEC, mutes, health)
    tracker.set_occurrence(Season(season))
    detections: list[Detection] = []
    for number, value in enumerate(values):
        start = number * STRIDE
        window = Window(start, start + SPEC.sample_count(FRAMES), FLAT, -30.0, number * WINDOW_NS)
        detections += tracker.update(Scores(window, np.array([value], np.float32)))
    return detections, health


def states(detections: list[Detection]) -> list[str]:
    """Returns the states alone."""
    return [detection.state.value for detection in detections]


def counts(health: Health) -> tuple[int, int]:
    """Returns the muted events and those out of range."""
    return health.events_muted, health.events_out_of_range


def test_a_label_out_of_range_starts_no_event_and_is_counted_once_a_sound() -> None:
    """However many windows a sound lasts."""
    detections, health = track([0.9, 0.9, 0.1, 0.9, 0.9, 0.1], range(0))
    assert (detections, counts(health)) == ([], (0, 2))


def test_an_event_that_runs_when_its_season_ends_is_confirmed_and_ended() -> None:
    """The next one does not start."""
    detections, health = track([0.9, 0.9, 0.9, 0.1, 0.9, 0.1], range(1))
    assert states(detections) == ["started", "confirmed", "ended"]
    assert counts(health) == (0, 1)


def test_a_sound_that_lasts_into_its_season_starts_then() -> None:
    """With its onset in the season."""
    detections, health = track([0.9] * 6, range(3, 6))
    assert (states(detections), counts(health)) == (["started", "confirmed"], (0, 1))
    assert detections[0].onset_sample >= 3 * STRIDE


def test_a_label_that_does_not_follow_the_range_occurs_everywhere() -> None:
    """A dog is detected where the range model has no dogs."""
    detections, health = track([0.9, 0.9, 0.1], range(0), follows_range=False)
    assert (states(detections), counts(health)) == (["started", "confirmed", "ended"], (0, 0))


def test_a_mute_holds_back_what_occurs_and_counts_it_as_muted() -> None:
    """A label that does not occur counts as out of range, muted or not."""
    mutes = Mutes(["label_0"])
    mutes.mute(None, 10 * WINDOW_NS)
    assert counts(track([0.9, 0.1], range(9), mutes=mutes)[1]) == (1, 0)
    assert counts(track([0.9, 0.1], range(0), mutes=mutes)[1]) == (0, 1)


@given(st.lists(st.floats(0.0, 1.0, width=32), max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_no_event_starts_out_of_season_and_each_that_starts_ends(
    values: list[float], begin: int, end: int
) -> None:
    """For any scores and any season; a last low window ends what still runs."""
    detections, _ = track([*values, 0.0], range(begin, end))
    starts = [detection for detection in detections if detection.state.value == "started"]
    ends = [d for d in detections if d.state.value in {"ended", "retracted"}]
    assert [d.event for d in starts] == [d.event for d in ends]
    decided_windows = [(d.decided_sample - SPEC.sample_count(FRAMES)) // STRIDE for d in starts]
    assert all(window in range(begin, end) for window in decided_windows)


def label(name: str, group: str | None = None) -> Label:
    """Returns a label of a bundle."""
    return label_of_single_windows(name, off_threshold=0.3, group=group)


@pytest.mark.parametrize(
    ("config", "following"),
    [
        (DecideConfig(), ["swift", "dog", "siren"]),
        (DecideConfig(range="off"), []),
        (DecideConfig(labels={"dog": LabelConfig(range="off")}), ["swift", "siren"]),
        (DecideConfig(labels={"town": LabelConfig(range="off")}), ["swift"]),
        (
            DecideConfig(
                labels={"town": LabelConfig(range="off"), "dog": LabelConfig(range="auto")}
            ),
            ["swift", "dog"],
        ),
        (DecideConfig(range="off", labels={"swift": LabelConfig(range="auto")}), ["swift"]),
    ],
)
def test_the_configuration_says_which_labels_follow_the_range(
    config: DecideConfig, following: list[str]
) -> None:
    """Of all labels, of a group, of a label: the most specific table wins."""
    labels = [label("swift"), label("dog", "town"), label("siren", "town")]
    rules = build_rules(labels, config, 16_000)
    assert [rule.label for rule in rules if rule.follows_range] == following
