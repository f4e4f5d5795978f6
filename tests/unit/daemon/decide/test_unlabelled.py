"""The reserved labels: `unknown` (loud, lasting, like no label) and `any` (loud)."""

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
from soundpost.manifest import Label, log_mel_input

Windows = list[tuple[float, tuple[float, ...]]]

QUIET_DBFS, LOUD_DBFS = -60.0, -40.0
NOTHING, LIKE_HUM = (0.05, 0.05, 0.05), (0.05, 0.45, 0.05)  # hum starts at 0.5
CONFIG = DecideConfig(unknown=True, any=True, floor_seconds=2.0)
LEARNT: Windows = [(QUIET_DBFS, NOTHING)] * 40  # more windows than the noise floor looks back

TINY = load_bundle(Path(__file__).resolve().parents[3] / "golden" / "tiny-int8").manifest
"""The manifest of the tiny model: hiss, hum and hush, a window every 80 ms."""


def windows(level_dbfs: float, values: tuple[float, ...], count: int) -> Windows:
    """Returns the same window `count` times."""
    return [(level_dbfs, values)] * count


def detect(sound: Windows, config: DecideConfig = CONFIG) -> list[Detection]:
    """Returns the detections of windows with these levels and scores."""
    model_input = log_mel_input(TINY, "this test")
    stride, length = model_input.stride_samples, model_input.window_samples
    flat = np.zeros((model_input.window_frames, model_input.features.mel_bands), np.float32)
    tracker = build_tracker(TINY, config, Mutes(TINY.label_names), Health())
    detections: list[Detection] = []
    for number, (level_dbfs, values) in enumerate(sound):
        start = number * stride
        window = Window(start, start + length, flat, level_dbfs, start * 62_500)
        detections += tracker.update(Scores(window, np.array(values, np.float32)))
    return detections + list(tracker.flush())


def states(detections: list[Detection]) -> list[tuple[str, str]]:
    """Returns labels and states."""
    return [(d.label, d.state.value) for d in detections]


def test_a_loud_and_lasting_sound_like_no_label_is_unknown() -> None:
    """`any` starts at once, `unknown` with the sixth loud window; both end."""
    sound: Windows = windows(LOUD_DBFS, NOTHING, 10) + windows(QUIET_DBFS, NOTHING, 10)
    found = detect(LEARNT + sound)
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


def test_a_sound_like_a_label_is_not_unknown() -> None:
    """A loud sound near a label's threshold is only `any`."""
    found = detect(LEARNT + windows(LOUD_DBFS, LIKE_HUM, 10))
    assert {d.label for d in found} == {"any"}


def test_a_short_loud_sound_is_not_unknown() -> None:
    """Five windows of eight are too few."""
    found = detect(LEARNT + windows(LOUD_DBFS, NOTHING, 5) + LEARNT)
    assert {d.label for d in found} == {"any"}


def test_a_sound_near_the_noise_floor_is_not_loud() -> None:
    """`over_floor_db` sets the distance."""
    sound = LEARNT + windows(LOUD_DBFS, NOTHING, 10)
    strict = msgspec.structs.replace(CONFIG, over_floor_db=21.0)
    assert detect(sound, strict) == []


def test_nothing_is_loud_until_the_noise_floor_is_known() -> None:
    """A node that starts between two lorries raises no alarm."""
    assert detect(LEARNT[:5] + windows(LOUD_DBFS, NOTHING, 15)) == []
    assert detect(LEARNT + windows(LOUD_DBFS, NOTHING, 15)) != []


def test_a_steady_sound_becomes_the_noise_floor() -> None:
    """An engine that runs for longer than `floor_seconds` belongs to the place."""
    found = detect(LEARNT + windows(LOUD_DBFS, NOTHING, 80))
    assert states(found)[-2:] == [("any", "ended"), ("unknown", "ended")]
    assert found[-1].decided_sample < 80 * 1280


def test_digital_silence_is_left_out_of_the_noise_floor() -> None:
    """After a microphone that recorded nothing, a quiet place is not loud."""
    dead: Windows = windows(SILENCE_DBFS, NOTHING, 100)
    assert detect(LEARNT + dead + LEARNT) == []


@given(st.lists(st.tuples(st.floats(-120.0, 0.0), st.sampled_from([NOTHING, LIKE_HUM]))))
def test_scores_stay_in_their_bounds(sound: Windows) -> None:
    """For all levels."""
    config = msgspec.structs.replace(CONFIG, floor_seconds=0.1)
    assert all(0.5 <= d.score <= 1.0 for d in detect(sound, config))


def test_reserved_labels_are_off_by_default_and_follow_the_model_s() -> None:
    """They are included, whatever `include` lists, unless excluded by name."""

    def names(config: DecideConfig) -> list[str]:
        return [rule.label for rule in build_rules(TINY.labels, config, 16_000)]

    assert names(DecideConfig()) == ["hiss", "hum", "hush"]
    assert names(DecideConfig(include=["hum"], unknown=True)) == ["hum", "unknown"]
    assert names(DecideConfig(include=["hum"], any=True, exclude=["any"])) == ["hum"]


def test_settings_for_all_labels_do_not_apply_to_reserved_labels() -> None:
    """Their scores are of another kind; settings by name apply."""
    labels = {"any": LabelConfig(on_threshold=0.7, profile="steady")}
    config = DecideConfig(unknown=True, any=True, on_threshold=0.9, labels=labels)
    *_, unknown, any_sound = build_rules(TINY.labels, config, 16_000)
    assert (unknown.on_threshold, unknown.needed_windows, unknown.of_windows) == (0.5, 6, 8)
    assert (any_sound.on_threshold, any_sound.needed_windows, any_sound.of_windows) == (0.7, 3, 5)


def test_a_model_with_a_label_of_a_reserved_name_is_refused() -> None:
    """Two sounds under one name could not be distinguished."""
    labels = [Label("unknown", 0.5, 0.4, 1, 0, 0)]
    with pytest.raises(ConfigError, match="'unknown' of its own"):
        build_rules(labels, DecideConfig(unknown=True), 16_000)
