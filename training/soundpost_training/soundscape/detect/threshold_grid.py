"""Detects events by two methods, at the shipped thresholds and at a grid of single ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soundpost.config import DecideConfig
from soundpost.decide import Rule, build_rules
from soundpost.manifest import Label
from soundpost_training.scoring.thresholds import OFF_SHARE
from soundpost_training.soundscape.compose.recipe import Scene
from soundpost_training.soundscape.detect.events import ByRecording, threshold_only, track_events
from soundpost_training.soundscape.detect.inference import SoundModel
from soundpost_training.soundscape.detect.sweep import DecisionMethod, ProcessorTime, sweep

GRID = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""One threshold for all labels: the points of a curve, from which the best one is taken."""

SHIPPED = "shipped"
"""Key of the thresholds in the bundle's manifest, or in the settings."""


@dataclass(frozen=True, slots=True)
class GridResults:
    """The events of one model: at the shipped thresholds, if it has some, and over the grid.

    Attributes:
        name: The model's name.
        tracked: By the daemon's tracker; the keys are `SHIPPED` and the numbers of `GRID`.
        threshold_only: By windows over the threshold, with the same keys.
        score_tables: The scores, for PSDS.
        processor_time: Cost of scoring and deciding.
    """

    name: str
    tracked: dict[str, ByRecording]
    threshold_only: dict[str, ByRecording]
    score_tables: dict[str, Any]
    processor_time: ProcessorTime


def evaluate_grid(
    folder: Path,
    scene: Scene,
    model: SoundModel,
    labels: Sequence[Label],
    shipped: Sequence[Rule] = (),
) -> GridResults:
    """Scores a soundscape once, and detects its events at every threshold by both methods.

    Args:
        folder: The soundscape's folder.
        scene: Its description.
        model: The model that scores it.
        labels: Labels of its scores, with their decision defaults.
        shipped: The model's own rules; they also select the labels. None if it has no thresholds
            of its own.
    """
    rules = {SHIPPED: list(shipped)} if shipped else {}
    for threshold in GRID:
        config = DecideConfig(
            on_threshold=threshold,
            off_threshold=round(threshold * OFF_SHARE, 3),
            include=[rule.label for rule in shipped] or None,
        )
        rules[str(threshold)] = list(build_rules(labels, config, model.spec.sample_rate_hz))
    methods: dict[str, DecisionMethod] = {}
    for name, name_rules in rules.items():
        methods[f"tracked {name}"] = _tracking(name_rules)
        methods[f"threshold only {name}"] = _thresholding(name_rules)
    swept = sweep(folder, scene.recordings, model, methods)
    return GridResults(
        name=model.name,
        tracked={name: swept.events[f"tracked {name}"] for name in rules},
        threshold_only={name: swept.events[f"threshold only {name}"] for name in rules},
        score_tables=swept.score_tables,
        processor_time=swept.processor_time,
    )


def _tracking(rules: list[Rule]) -> DecisionMethod:
    return lambda recording: track_events(recording, rules)


def _thresholding(rules: list[Rule]) -> DecisionMethod:
    return lambda recording: threshold_only(recording, rules)
