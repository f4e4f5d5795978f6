"""Sounds without a name: what is loud and lasts and is like no label, and whatever is loud."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import SILENCE_DBFS
from soundpost.classify import load_bundle
from soundpost.config import DecideConfig, LabelConfig
from soundpost.decide import Mutes, build_rules, build_tracker
from soundpost.errors import ConfigError
from soundpost.events import Detection, Scores, Window
from soundpost.health import Health
from soundpost.manifest import Label

Heard = list[tuple[float, tuple[float, ...]]]

QUIET_DBFS, LOUD_DBFS = -60.0, -40.0
NOTHING, LIKE_HUM = (0.05, 0.05, 0.05), (0.05, 0.45, 0.05)  # hum is told at 0.5
CONFIG = DecideConfig(unknown=True, any=True, floor_seconds=2.0)
LEARNT: Heard = [(QUIET_DBFS, NOTHING)] * 40  # windows, more than the floor's memory holds

TINY = load_bundle(Path(__file__).resolve().parents[3] / "golden" / "tiny-int8").manifest
"""The tiny model's: hiss, hum and hush, a window every 80 ms."""


def windows(level_dbfs: float, values: tuple[float, ...], count: int) -> Heard:
    """The same window over and over."""
    return [(level_dbfs, values)] * count


def told(heard: Heard, config: DecideConfig = CONFIG) -> list[Detection]:
    """What is told of windows of given levels and scores."""
    spec = TINY.input.features
    stride = TINY.input.stride_frames * spec.hop_samples
    length = spec.sample_count(TINY.input.window_frames)
    flat = np.zeros((TINY.input.window_frames, spec.mel_bands), np.float32)
    tracker = build_tracker(TINY, config, Mutes(TINY.label_names), Health())
    told: list[Detection] = []
    for number, (level_dbfs, values) in enumerate(heard):
        start = number * stride
        window = Window(start, start + length, flat, level_dbfs, start * 62_500)
        told += tracker.update(Scores(window, np.array(values, np.float32)))
    return told + list(tracker.flush())


def states(detections: list[Detection]) -> list[tuple[str, str]]:
    """Labels and states."""
    return [(d.label, d.state.value) for d in detections]


def test_what_is_loud_and_lasts_and_is_like_no_label_is_unknown() -> None:
    """`any` starts at once, `unknown` with the sixth loud window; both end."""
    heard: Heard = windows(LOUD_DBFS, NOTHING, 10) + windows(QUIET_DBFS, NOTHING, 10)
    found = told(LEARNT + heard)
    assert states(found) == [
        ("any", "started"),
        ("any", "confirmed"),
        ("unknown", "started"),
        ("unknown", "confirmed"),
        ("any", "ended"),
        ("unknown", "ended"),
    ]
    assert found[0].level_dbfs == LOUD_DBFS
    assert found[0].threshold == 0.5


def test_what_is_like_a_label_is_not_unknown() -> None:
    """Loud and near a label's threshold is `any`, no more."""
    found = told(LEARNT + windows(LOUD_DBFS, LIKE_HUM, 10))
    assert {d.label for d in found} == {"any"}


def test_what_is_loud_for_a_moment_is_not_unknown() -> None:
    """Five windows of eight are too few."""
    found = told(LEARNT + windows(LOUD_DBFS, NOTHING, 5) + LEARNT)
    assert {d.label for d in found} == {"any"}


def test_what_is_not_so_far_over_the_floor_is_not_loud() -> None:
    """`over_floor_db` says how far."""
    heard = LEARNT + windows(LOUD_DBFS, NOTHING, 10)
    patient = msgspec.structs.replace(CONFIG, over_floor_db=21.0)
    assert told(heard, patient) == []


def test_until_the_floor_is_known_nothing_is_loud() -> None:
    """A post that starts between two lorries does not cry out."""
    assert told(LEARNT[:5] + windows(LOUD_DBFS, NOTHING, 15)) == []
    assert told(LEARNT + windows(LOUD_DBFS, NOTHING, 15)) != []


def test_a_steady_sound_becomes_the_floor() -> None:
    """An engine that runs for longer than the floor's memory is the place's own sound."""
    found = told(LEARNT + windows(LOUD_DBFS, NOTHING, 80))
    assert states(found)[-2:] == [("any", "ended"), ("unknown", "ended")]
    assert found[-1].decided_sample < 80 * 1280


def test_digital_silence_is_no_floor() -> None:
    """After a microphone that gave nothing, a quiet room is not loud."""
    dead: Heard = windows(SILENCE_DBFS, NOTHING, 100)
    assert told(LEARNT + dead + LEARNT) == []


@given(st.lists(st.tuples(st.floats(-120.0, 0.0), st.sampled_from([NOTHING, LIKE_HUM]))))
def test_scores_stay_in_their_bounds(heard: Heard) -> None:
    """Whatever the levels are."""
    config = msgspec.structs.replace(CONFIG, floor_seconds=0.1)
    assert all(0.5 <= d.score <= 1.0 for d in told(heard, config))


def test_off_by_default_and_named_when_on() -> None:
    """They come after the model's labels, whatever is included, unless excluded by name."""

    def names(config: DecideConfig) -> list[str]:
        return [rule.label for rule in build_rules(TINY.labels, config, 16_000)]

    assert names(DecideConfig()) == ["hiss", "hum", "hush"]
    assert names(DecideConfig(include=["hum"], unknown=True)) == ["hum", "unknown"]
    assert names(DecideConfig(include=["hum"], any=True, exclude=["any"])) == ["hum"]


def test_what_is_set_for_all_labels_is_not_meant_for_them() -> None:
    """Their scores are of another kind; by name they can be set."""
    labels = {"any": LabelConfig(on_threshold=0.7, profile="steady")}
    config = DecideConfig(unknown=True, any=True, on_threshold=0.9, labels=labels)
    *_, unknown, anything = build_rules(TINY.labels, config, 16_000)
    assert (unknown.on_threshold, unknown.needed_windows, unknown.of_windows) == (0.5, 6, 8)
    assert (anything.on_threshold, anything.needed_windows, anything.of_windows) == (0.7, 3, 5)


def test_a_model_with_a_label_of_that_name_is_refused() -> None:
    """Two sounds under one name could not be told apart."""
    labels = [Label("unknown", 0.5, 0.4, 1, 0, 0)]
    with pytest.raises(ConfigError, match="'unknown' of its own"):
        build_rules(labels, DecideConfig(unknown=True), 16_000)
