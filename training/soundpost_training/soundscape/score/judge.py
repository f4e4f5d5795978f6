"""Scores a bundle on a soundscape, beside plain thresholding and beside YAMNet."""

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
from soundpost_training.soundscape.detect.events import ByRecording
from soundpost_training.soundscape.detect.models import BundleModel, YamnetModel
from soundpost_training.soundscape.detect.threshold_grid import SHIPPED, evaluate_grid
from soundpost_training.soundscape.score.measure import Measure
from soundpost_training.soundscape.score.report_data import JudgementReport, MethodResult


@dataclass(frozen=True, slots=True)
class Judgement:
    """A report, and the events that the daemon's path detected in each recording."""

    report: JudgementReport
    detected: ByRecording


@dataclass(frozen=True, slots=True)
class Case:
    """A bundle to be scored, and the soundscape it is scored on.

    Attributes:
        folder: The soundscape's folder.
        scene: Its description.
        ground_truth: Its sounds.
        bundle: The bundle under test.
        settings: Replaces the manifest's decision defaults.
        yamnet: YAMNet's file; None to leave the comparison out.
        command: The command line, for the report.
    """

    folder: Path
    scene: Scene
    ground_truth: Sequence[Event]
    bundle: Bundle
    settings: DecideConfig
    yamnet: Path | None
    command: str


def judge(case: Case) -> Judgement:
    """Scores a bundle on a soundscape.

    Raises:
        DatasetError: The network was trained on the fold that the soundscape is composed of.
        ConfigError: The settings do not fit the bundle.
    """
    _require_held_out_fold(case.bundle, case.scene)
    manifest, scene, security = case.bundle.manifest, case.scene, case.scene.recipe.security_labels
    model = BundleModel(case.bundle, f"{manifest.id} {manifest.version}")
    rules = build_rules(manifest.labels, case.settings, model.spec.sample_rate_hz)
    measure = Measure(scene, case.ground_truth, _instant_labels(rules, security))
    results = evaluate_grid(case.folder, scene, model, manifest.labels, rules)
    detected = results.tracked[SHIPPED]
    scored = [rule.label for rule in rules if rule.label in scene.labels]
    shared: list[MethodResult] = []
    if case.yamnet is not None:
        yamnet = YamnetModel(case.yamnet, tuple(scene.labels))
        defaults = [label_defaults(label, UNCALIBRATED_ON, yamnet.spec) for label in yamnet.labels]
        yamnet_results = evaluate_grid(case.folder, scene, yamnet, defaults)
        both = [label for label in scored if label in yamnet.labels]
        shared = [*measure.methods(results, both), *measure.methods(yamnet_results, both)]
    report = JudgementReport(
        bundle=model.name,
        command=case.command,
        scene=_description(scene, measure.sounds),
        methods=measure.methods(results, scored),
        shared=shared,
        curve=measure.curve(results, [label for label in security if label in scored]),
        labels=[measure.label(rule, detected) for rule in rules if rule.label in scored],
        window_median_ms=results.processor_time.window_median_ms,
        window_p95_ms=results.processor_time.window_p95_ms,
        decide_ms=results.processor_time.decide_ms,
    )
    return Judgement(report, detected)


def _description(scene: Scene, sounds: int) -> str:
    recipe = scene.recipe
    return (
        f"fold {recipe.fold} of {scene.data}, seed {recipe.seed}: {recipe.hours:g} h with "
        f"{sounds} sounds of {len(scene.labels)} labels, {recipe.negative_hours:g} h "
        f"without {', '.join(recipe.security_labels)}"
    )


def _instant_labels(rules: Sequence[Rule], security_labels: Sequence[str]) -> list[str]:
    """Returns the labels for which one window is enough; the security labels if there are none."""
    instant = [rule.label for rule in rules if rule.memory_windows == 1]
    return instant or list(security_labels)


def _require_held_out_fold(bundle: Bundle, scene: Scene) -> None:
    trained, fold = bundle.manifest.training, scene.recipe.fold
    # ESC-10 is a part of ESC-50: their folds are the same recordings.
    is_same_data = trained.data.partition("-")[0] == scene.data.partition("-")[0]
    if not is_same_data or fold not in trained.folds:
        return
    held_out = ", ".join(map(str, trained.held_out_folds))
    raise DatasetError(
        f"expected a soundscape of sounds that {bundle.manifest.id} was not trained on, got fold "
        f"{fold} of {trained.data}",
        hint=f"compose one of fold {held_out}"
        if held_out
        else "score its twin, see soundpost-train export --proof",
    )
