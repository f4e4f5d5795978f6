"""Listening once, deciding in every way that is compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soundpost.config import DecideConfig
from soundpost.decide import Rule, build_rules
from soundpost.manifest import Label
from soundpost_training.scoring.thresholds import OFF_SHARE
from soundpost_training.soundscape.compose.recipe import Scene
from soundpost_training.soundscape.detect.events import threshold_only, track
from soundpost_training.soundscape.detect.inference import SoundModel
from soundpost_training.soundscape.detect.sweep import Costs, Deciding, listen
from soundpost_training.soundscape.score.event_metrics import ByRecording

GRID = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Single thresholds for all labels: the points of a curve, and a search for the best one."""

SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class GridResults:
    """What one ear told: at the shipped thresholds, if it has some, and at each of the grid.

    Attributes:
        name: Whose ear.
        tracked: By the daemon's tracker; the keys are `SHIPPED` and the numbers of `GRID`.
        plain: By windows over the threshold, with the same keys.
        tables: The scores, for `psds`.
        costs: Processor time.
    """

    name: str
    tracked: dict[str, ByRecording]
    plain: dict[str, ByRecording]
    tables: dict[str, Any]
    costs: Costs


def evaluate_grid(
    folder: Path,
    scene: Scene,
    ear: SoundModel,
    labels: Sequence[Label],
    shipped: Sequence[Rule] = (),
) -> GridResults:
    """Has an ear listen to a soundscape once, and decides in all ways.

    Args:
        folder: Where the recordings lie.
        scene: Which recordings.
        ear: Who listens.
        labels: Of its scores.
        shipped: Its own rules, which say what is listened for; none if it has no thresholds of
            its own.
    """
    rules = {SHIPPED: list(shipped)} if shipped else {}
    for at in GRID:
        single = DecideConfig(
            on_threshold=at,
            off_threshold=round(at * OFF_SHARE, 3),
            include=[rule.label for rule in shipped] or None,
        )
        rules[str(at)] = list(build_rules(labels, single, ear.spec.sample_rate_hz))
    ways: dict[str, Deciding] = {}
    for name, those in rules.items():
        ways[f"tracked {name}"] = _tracking(those)
        ways[f"plain {name}"] = _plainly(those)
    listened = listen(folder, scene.recordings, ear, ways)
    return GridResults(
        name=ear.name,
        tracked={name: listened.told[f"tracked {name}"] for name in rules},
        plain={name: listened.told[f"plain {name}"] for name in rules},
        tables=listened.tables,
        costs=listened.costs,
    )


def _tracking(rules: list[Rule]) -> Deciding:
    return lambda heard: track(heard, rules)


def _plainly(rules: list[Rule]) -> Deciding:
    return lambda heard: threshold_only(heard, rules)
