"""Judging a bundle on a soundscape, beside the plain way and beside a peer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from soundpost.classify import Bundle
from soundpost.config import DecideConfig
from soundpost.decide import Rule, build_rules
from soundpost_training.errors import DatasetError
from soundpost_training.scoring.thresholds import UNCALIBRATED_ON, label_defaults
from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.compose.recipe import Scene
from soundpost_training.soundscape.detect.models import BundleModel, YamnetModel
from soundpost_training.soundscape.detect.threshold_grid import SHIPPED, evaluate_grid
from soundpost_training.soundscape.score.event_metrics import ByRecording
from soundpost_training.soundscape.score.measure import Measure
from soundpost_training.soundscape.score.report_data import JudgementReport, Method


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and what the daemon's path told of each recording."""

    verdict: JudgementReport
    told: ByRecording


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged.

    Attributes:
        folder: Of the soundscape.
        scene: What it is made of.
        truth: What is to be heard.
        bundle: Who is to hear it.
        settings: What replaces the manifest's decision defaults.
        peer: YAMNet's file; None to do without.
        command: What asked for it.
    """

    folder: Path
    scene: Scene
    truth: Sequence[Event]
    bundle: Bundle
    settings: DecideConfig
    peer: Path | None
    command: str


def judge(case: Case) -> Judgement:
    """The verdict on a bundle.

    Raises:
        DatasetError: The network was trained on the fold that the soundscape is made of.
        ConfigError: The settings do not fit the bundle.
    """
    _refuse_known_sounds(case.bundle, case.scene)
    manifest, scene, recipe = case.bundle.manifest, case.scene, case.scene.recipe
    ear = BundleModel(case.bundle, f"{manifest.id} {manifest.version}")
    rules = build_rules(manifest.labels, case.settings, ear.spec.sample_rate_hz)
    measure = Measure(scene, case.truth, _instant(rules, recipe.security_labels))
    ours = evaluate_grid(case.folder, scene, ear, manifest.labels, rules)
    judged = [rule.label for rule in rules if rule.label in scene.labels]
    shared: list[Method] = []
    if case.peer is not None:
        other = YamnetModel(case.peer, tuple(scene.labels))
        defaults = [label_defaults(label, UNCALIBRATED_ON, other.spec) for label in other.labels]
        theirs = evaluate_grid(case.folder, scene, other, defaults)
        both = [label for label in judged if label in other.labels]
        shared = [*measure.methods(ours, both), *measure.methods(theirs, both)]
    verdict = JudgementReport(
        bundle=ear.name,
        command=case.command,
        scene=(
            f"fold {recipe.fold} of {scene.data}, seed {recipe.seed}: {recipe.hours:g} h with "
            f"{measure.sounds} sounds of {len(scene.labels)} labels, {recipe.negative_hours:g} h "
            f"without {', '.join(recipe.security_labels)}"
        ),
        methods=measure.methods(ours, judged),
        shared=shared,
        curve=measure.curve(ours, [one for one in recipe.security_labels if one in judged]),
        labels=[
            measure.label(rule, ours.tracked[SHIPPED]) for rule in rules if rule.label in judged
        ],
        window_median_ms=ours.costs.window_median_ms,
        window_p95_ms=ours.costs.window_p95_ms,
        decide_ms=ours.costs.decide_ms,
    )
    return Judgement(verdict, ours.tracked[SHIPPED])


def _instant(rules: Sequence[Rule], security_labels: Sequence[str]) -> list[str]:
    """The labels that one window is enough for; if there is none, those that are to be such."""
    at_once = [rule.label for rule in rules if rule.memory_windows == 1]
    return at_once or list(security_labels)


def _refuse_known_sounds(bundle: Bundle, scene: Scene) -> None:
    trained, fold = bundle.manifest.training, scene.recipe.fold
    # ESC-10 is a part of ESC-50: their folds are the same recordings.
    is_of_same = trained.data.partition("-")[0] == scene.data.partition("-")[0]
    if not is_of_same or fold not in trained.folds:
        return
    held_out = ", ".join(map(str, trained.held_out_folds))
    raise DatasetError(
        f"{bundle.manifest.id} was trained on fold {fold} of {trained.data}, of which this "
        "soundscape is made: it would be judged by what it knows",
        hint=f"compose one of fold {held_out}" if held_out else "judge its twin, see --proof",
    )
