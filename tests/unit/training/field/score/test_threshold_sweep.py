"""A sweep gives exactly the events of a tracker for each threshold."""

from pathlib import Path

import msgspec

from soundpost.classify import Bundle
from soundpost.config import DecideConfig, GateConfig
from soundpost.decide import build_rules
from soundpost.manifest import Label
from soundpost_training.field.score.detect import detect_events
from soundpost_training.field.score.threshold_sweep import (
    THRESHOLDS,
    ThresholdSweep,
    off_threshold,
)
from soundpost_training.soundscape.detect.models import BundleModel

GRID = (0.1, 0.3, 0.34, 0.36, 0.4, 0.9)


def test_one_pass_gives_the_events_of_every_threshold(folder: Path, tiny_bundle: Bundle) -> None:
    """Label by label, with the smoothing and the durations of the rules."""
    model = BundleModel(tiny_bundle, "tiny")
    rules = build_rules(tiny_bundle.manifest.labels, DecideConfig(), 16_000)
    sweep = ThresholdSweep(rules, GRID)
    path = folder / "yard.flac"
    (swept,) = detect_events(path, model, GateConfig(), sweep.rules).events
    by_threshold = sweep.split(swept)
    counts = []
    for threshold in GRID:
        single = [
            msgspec.structs.replace(
                rule, on_threshold=threshold, off_threshold=off_threshold(rule, threshold)
            )
            for rule in rules
        ]
        (events,) = detect_events(path, model, GateConfig(), single).events
        assert sorted(map(repr, by_threshold[threshold])) == sorted(map(repr, events))
        counts.append(len(events))
    assert len(set(counts)) > 2
    assert counts[-1] == 0


def test_the_off_threshold_keeps_its_share() -> None:
    """Of a rule or a label; a threshold of 0 has none, and gets its own."""
    label = Label(
        name="dog",
        on_threshold=0.5,
        off_threshold=0.2,
        smoothing_windows=2,
        minimum_samples=0,
        refractory_samples=0,
    )
    assert off_threshold(label, 0.25) == 0.1
    always = replace_thresholds(label, 0.0)
    assert off_threshold(always, 0.25) == 0.25


def replace_thresholds(label: Label, threshold: float) -> Label:
    """Returns a label with both thresholds at one value."""
    return msgspec.structs.replace(label, on_threshold=threshold, off_threshold=threshold)


def test_the_thresholds_ascend_below_one() -> None:
    """A score of 1 is possible, a threshold of 1 is of no use."""
    assert list(THRESHOLDS) == sorted(set(THRESHOLDS))
    assert 0.0 < THRESHOLDS[0] < THRESHOLDS[-1] < 1.0
