"""A sweep scores a soundscape once for all decision methods."""

from pathlib import Path

from soundpost.classify import Bundle
from soundpost.decide import Rule
from soundpost_training.soundscape.compose.recipe import read_scene
from soundpost_training.soundscape.detect.events import threshold_only, track_events
from soundpost_training.soundscape.detect.models import BundleModel
from soundpost_training.soundscape.detect.sweep import sweep
from soundpost_training.soundscape.detect.threshold_grid import GRID, SHIPPED, evaluate_grid


def test_every_method_decides_on_every_recording(
    soundscape: Path, tiny_bundle: Bundle, rules: list[Rule]
) -> None:
    """The events and the score tables are kept by the recording's name."""
    scene = read_scene(soundscape)
    names = [recording.name for recording in scene.recordings]
    methods = {
        "tracked": lambda recording: track_events(recording, rules),
        "threshold": lambda recording: threshold_only(recording, rules),
        "none": lambda _: [],
    }
    model = BundleModel(tiny_bundle, "tiny")
    result = sweep(soundscape, scene.recordings, model, methods)
    assert list(result.events) == list(methods)
    assert all(list(events) == names for events in result.events.values())
    assert any(result.events["threshold"].values())
    assert not any(result.events["none"].values())
    for recording in scene.recordings:
        table = result.score_tables[recording.name]
        assert list(table.columns) == ["onset", "offset", *model.labels]
        assert table["onset"][0] == 0.0
        assert recording.seconds - 0.5 < table["offset"].iloc[-1] < recording.seconds + 0.5


def test_the_grid_has_each_threshold_and_the_shipped_ones(
    soundscape: Path, tiny_bundle: Bundle, rules: list[Rule]
) -> None:
    """A higher threshold never gives longer events; without shipped rules there is no such key."""
    scene, labels = read_scene(soundscape), tiny_bundle.manifest.labels
    model = BundleModel(tiny_bundle, "tiny")
    results = evaluate_grid(soundscape, scene, model, labels, rules)
    keys = [str(threshold) for threshold in GRID]
    assert list(results.tracked) == list(results.threshold_only) == [SHIPPED, *keys]
    durations = [
        sum(
            event.offset_seconds - event.onset_seconds
            for events in results.threshold_only[key].values()
            for event in events
        )
        for key in keys
    ]
    assert durations == sorted(durations, reverse=True)
    assert durations[0] > durations[-1]
    assert SHIPPED not in evaluate_grid(soundscape, scene, model, labels).tracked
