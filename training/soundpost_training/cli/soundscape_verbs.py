"""The verbs that work on soundscapes: soundscape, evaluate --soundscape, tune, gates."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import msgspec

from soundpost.classify import load_bundle
from soundpost_training.audioset.yamnet import YAMNET_MODEL
from soundpost_training.dataset.paths import data_folder
from soundpost_training.dataset.readers.open import open_dataset
from soundpost_training.errors import MISSED_BUDGET, ExperimentError
from soundpost_training.experiment.default_bundle import bundle_folder
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.settings import read_settings
from soundpost_training.files import (
    OUT_HINT,
    explain_write_errors,
    require_writable,
    write_atomic,
)
from soundpost_training.progress import report as console
from soundpost_training.soundscape.compose.compose import compose
from soundpost_training.soundscape.compose.ground_truth import read_ground_truth
from soundpost_training.soundscape.compose.recipe import Recipe, read_scene
from soundpost_training.soundscape.report.page import judgement_page
from soundpost_training.soundscape.score.judge import Case
from soundpost_training.soundscape.score.judge import judge as judge_case
from soundpost_training.soundscape.score.report_data import JudgementReport, MethodResult
from soundpost_training.soundscape.tune.gates import measure_gates
from soundpost_training.soundscape.tune.results import over_budget
from soundpost_training.soundscape.tune.tune import tune as compare_candidates

PAGE_FILE, DATA_FILE = "judgement.html", "judgement.json"


def soundscape(experiment: Experiment, options: argparse.Namespace) -> None:
    """Composes a soundscape and prints its contents."""
    recipe = Recipe(
        seed=options.seed,
        fold=options.fold,
        hours=options.hours,
        negative_hours=options.negative_hours,
        pause_seconds=options.pause,
    )
    rate_hz = experiment.features.sample_rate_hz
    dataset = open_dataset(experiment.data)
    with explain_write_errors(options.out):
        scene = compose(dataset, recipe, rate_hz, options.out, options.command)
    console.print(
        f"{options.out}: {len(scene.recordings)} recordings, {recipe.hours:g} h with all of "
        f"{len(scene.labels)} labels and {recipe.negative_hours:g} h without "
        f"{', '.join(recipe.security_labels)}; {len(read_ground_truth(options.out))} sounds"
    )


def judge(options: argparse.Namespace) -> None:
    """Scores a bundle on a soundscape; prints the metrics and writes a page and JSON.

    Raises:
        ExperimentError: No bundle is given.
    """
    if options.bundle is None:
        raise ExperimentError(
            "--soundscape needs --bundle", hint="name the bundle's folder, such as models/esc50"
        )
    folder = Path(options.soundscape)
    scene, ground_truth = read_scene(folder), read_ground_truth(folder)
    out: Path = options.out or folder
    require_writable(out)
    judgement = judge_case(
        Case(
            folder=folder,
            scene=scene,
            ground_truth=ground_truth,
            bundle=load_bundle(bundle_folder(options.bundle)),
            settings=read_settings(options.settings).decide,
            yamnet=None if options.no_peer else data_folder(YAMNET_MODEL),
            command=options.command,
        )
    )
    report = judgement.report
    for line in _lines(report):
        console.print(line, soft_wrap=True, highlight=False)
    page = judgement_page(report, scene, ground_truth, judgement.detected)
    write_atomic(out / PAGE_FILE, page.encode(), OUT_HINT)
    content = msgspec.json.format(msgspec.json.encode(report), indent=2)
    write_atomic(out / DATA_FILE, content, OUT_HINT)
    console.print(f"report: {out / PAGE_FILE}, and the same as {DATA_FILE}", soft_wrap=True)


def tune(options: argparse.Namespace) -> int:
    """Compares decision settings; prints a line for each and writes all of them as JSON.

    Returns:
        `MISSED_BUDGET` if a label has more false alarms than `--budget` at every threshold, else 0.
    """
    bundle = load_bundle(bundle_folder(options.bundle))
    require_writable(options.out.absolute().parent)
    tuning = compare_candidates(options.soundscape, bundle, options.run, options.command)
    write_atomic(options.out, msgspec.json.format(msgspec.json.encode(tuning), indent=2))
    for candidate in tuning.candidates:
        console.print(
            f"{candidate.name:20} event F1 {candidate.events.f1:.3f}, "
            f"false alarms/h {candidate.started_per_hour:.2f} "
            f"({candidate.confirmed_per_hour:.2f} confirmed), {candidate.detected_share:.1%} "
            f"detected after {candidate.median_seconds:.2f} s",
            soft_wrap=True,
            highlight=False,
        )
    over = {} if options.budget is None else over_budget(tuning.labels, options.budget)
    for label, best in over.items():
        console.print(
            f"over budget: {label}, {best.false_per_hour:.1f} false alarms an hour against "
            f"{options.budget:g} at best, at {best.threshold:g} over {best.smoothing_windows} "
            "windows",
            soft_wrap=True,
            highlight=False,
        )
    return MISSED_BUDGET if over else 0


def gates(options: argparse.Namespace) -> None:
    """Measures each gate and prints a line for it."""
    folder = Path(options.soundscape)
    scene, ground_truth = read_scene(folder), read_ground_truth(folder)
    bundle = bundle_folder(options.bundle)
    for gate in measure_gates(folder, scene, ground_truth, bundle):
        console.print(
            f"{gate.open_on:16} {gate.processor_seconds:7.1f} s of processor time for "
            f"{gate.hours:.1f} h ({gate.processor_share:6.1%} of always), "
            f"{gate.detected} of {gate.sounds} sounds detected "
            f"({gate.detected_share:6.1%} of always), event F1 {gate.events.f1:.3f}",
            soft_wrap=True,
            highlight=False,
        )


def _lines(report: JudgementReport) -> Iterator[str]:
    yield report.scene
    for title, methods in (("all labels", report.methods), ("shared labels", report.shared)):
        for method in methods:
            yield f"{title} ({method.labels}): {method.name}, thresholds {method.thresholds}"
            yield f"  {_metrics(method)}"
    yield "security labels, one threshold for all: detected, false alarms per hour, confirmed"
    for point in report.curve:
        rates = f"{point.started_per_hour:7.2f} {point.confirmed_per_hour:7.2f}"
        yield f"  {point.threshold:4.2f} {point.detected_share:6.1%} {rates}"
    yield (
        f"processor time of a window: features and model {report.window_median_ms:.2f} ms "
        f"(p95 {report.window_p95_ms:.2f}), decide {report.decide_ms:.3f} ms"
    )


def _metrics(method: MethodResult) -> str:
    """Returns one line: F1 (precision, recall) of events, onsets and segments, then the rest."""
    events, alarms = method.events, method.false_alarms
    all_labels, instant = (
        f"{latency.median_seconds:.2f} s, p95 {latency.p95_seconds:.2f} s "
        f"({latency.detected} of {latency.sounds})"
        for latency in (method.all_labels, method.instant)
    )
    return (
        f"events F1 {events.f1:.3f} ({events.precision:.3f}, {events.recall:.3f}), "
        f"onsets {method.onsets.f1:.3f}, segments {method.segments.f1:.3f}, "
        f"PSDS {method.psds:.3f}, false alarms/h {alarms.started_per_hour:.2f} "
        f"({alarms.confirmed_per_hour:.2f} confirmed), detected after {all_labels}, "
        f"instant labels {instant}"
    )
