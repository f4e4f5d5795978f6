"""The metrics of one soundscape, from events that are known."""

from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped] # it has no types
import pytest

from soundpost.classify import Bundle
from soundpost.config import DecideConfig
from soundpost.decide import build_rules
from soundpost_training.soundscape.compose.ground_truth import Event, read_ground_truth
from soundpost_training.soundscape.compose.recipe import Recording, Scene, read_scene
from soundpost_training.soundscape.detect.events import ByRecording, DetectedEvent
from soundpost_training.soundscape.detect.sweep import ProcessorTime
from soundpost_training.soundscape.detect.threshold_grid import GRID, SHIPPED, GridResults
from soundpost_training.soundscape.score.measure import Measure


def perfect_events(scene: Scene, ground_truth: list[Event]) -> ByRecording:
    """Returns an event for each sound, detected half a second after its onset."""
    return {
        recording.name: [
            DetectedEvent(
                sound.label, sound.onset_seconds, sound.offset_seconds, sound.onset_seconds + 0.5
            )
            for sound in ground_truth
            if sound.recording == recording.name
        ]
        for recording in scene.recordings
    }


def empty_table(recording: Recording) -> Any:  # noqa: ANN401 - pandas has no types here
    """Returns a score table in which no label ever scores."""
    columns = {"onset": [0.0], "offset": [recording.seconds]}
    return pd.DataFrame(columns | {label: [0.0] for label in ("hiss", "hum", "hush")})


def test_perfect_events_have_perfect_metrics(soundscape: Path) -> None:
    """The best threshold is the one at which they are detected; shipped thresholds come first."""
    scene, ground_truth = read_scene(soundscape), read_ground_truth(soundscape)
    nothing: ByRecording = {recording.name: [] for recording in scene.recordings}
    perfect = perfect_events(scene, ground_truth)
    by_threshold = {str(threshold): nothing for threshold in GRID}
    results = GridResults(
        name="made-up",
        tracked={SHIPPED: nothing, **by_threshold, "0.4": perfect},
        threshold_only=by_threshold,
        score_tables={recording.name: empty_table(recording) for recording in scene.recordings},
        processor_time=ProcessorTime(1.0, 2.0, 0.1),
    )
    measured = Measure(scene, ground_truth, ["hiss"])
    assert measured.sounds == 2
    shipped, best, threshold_only = measured.methods(results, ["hiss", "hum"])
    assert (shipped.name, shipped.thresholds) == ("made-up, whole path", "as shipped")
    assert (shipped.events.f1, shipped.all_labels.detected) == (0.0, 0)
    assert best.thresholds.startswith("0.4, the best")
    assert best.events.f1 == best.onsets.f1 == best.segments.f1 == 1.0
    assert (best.all_labels.sounds, best.instant.sounds) == (2, 1)
    assert best.instant.median_seconds == pytest.approx(0.5)
    assert best.false_alarms.started_per_hour == 0.0
    assert threshold_only.name == "made-up, windows only"
    curve = measured.curve(results, ["hiss"])
    assert [point.detected_share for point in curve if point.threshold == 0.4] == [1.0]
    assert sum(point.detected_share for point in curve) == 1.0


def test_the_false_alarms_of_a_label_are_counted_over_all_recordings(
    soundscape: Path, tiny_bundle: Bundle
) -> None:
    """An event where no sound of its label is, in 30 s of recordings."""
    scene, ground_truth = read_scene(soundscape), read_ground_truth(soundscape)
    rules = build_rules(tiny_bundle.manifest.labels, DecideConfig(), 16_000)
    false = DetectedEvent("hiss", 6.0, 7.0, 7.0)
    events = {**perfect_events(scene, ground_truth), "negative-01.flac": [false]}
    measured = Measure(scene, ground_truth, []).label(rules[0], events)
    assert (measured.label, measured.sounds, measured.detected) == ("hiss", 1, 1)
    assert measured.false_per_hour == pytest.approx(120.0)
