"""What the verbs of soundscapes do."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import msgspec

from soundpost.classify import load_bundle
from soundpost.config import Config, load_config
from soundpost_training.dataset import data_folder, open_dataset
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.files import write_atomic, written
from soundpost_training.progress import report
from soundpost_training.soundscape.compose.compose import compose
from soundpost_training.soundscape.compose.ground_truth import read_truth
from soundpost_training.soundscape.compose.recipe import Recipe, read_scene
from soundpost_training.soundscape.detect.models import PEER_MODEL
from soundpost_training.soundscape.report.page import judgement_page
from soundpost_training.soundscape.score.judge import Case
from soundpost_training.soundscape.score.judge import judge as judge_case
from soundpost_training.soundscape.score.report_data import JudgementReport, Method
from soundpost_training.soundscape.tune.gates import try_gates
from soundpost_training.soundscape.tune.tune import tune as try_ways

PAGE_FILE, DATA_FILE = "judgement.html", "judgement.json"


def soundscape(experiment: Experiment, options: argparse.Namespace) -> None:
    """Composes a soundscape, and says what is in it."""
    recipe = Recipe(
        seed=options.seed,
        fold=options.fold,
        hours=options.hours,
        negative_hours=options.negative_hours,
        pause_seconds=options.pause,
    )
    rate_hz = experiment.features.sample_rate_hz
    dataset = open_dataset(experiment.data)
    with written(options.out):
        scene = compose(dataset, recipe, rate_hz, options.out, options.command)
    report.print(
        f"{options.out}: {len(scene.recordings)} recordings, {recipe.hours:g} h with all of "
        f"{len(scene.labels)} labels and {recipe.negative_hours:g} h without "
        f"{', '.join(recipe.security_labels)}; {len(read_truth(options.out))} sounds"
    )


def judge(options: argparse.Namespace) -> None:
    """Judges a bundle on a soundscape: a table here, a page and JSON beside the soundscape."""
    if options.bundle is None:
        raise ExperimentError(
            "--soundscape needs --bundle", hint="name the bundle's folder, such as models/esc50"
        )
    folder: Path = options.soundscape
    scene, truth = read_scene(folder), read_truth(folder)
    done = judge_case(
        Case(
            folder=folder,
            scene=scene,
            truth=truth,
            bundle=load_bundle(options.bundle),
            settings=settings(options.settings).decide,
            peer=None if options.no_peer else data_folder(PEER_MODEL),
            command=options.command,
        )
    )
    verdict = done.verdict
    out: Path = options.out or folder
    write_atomic(out / PAGE_FILE, judgement_page(verdict, scene, truth, done.told).encode())
    write_atomic(out / DATA_FILE, msgspec.json.format(msgspec.json.encode(verdict), indent=2))
    for line in _lines(verdict):
        report.print(line, soft_wrap=True, highlight=False)
    report.print(f"report: {out / PAGE_FILE}, and the same as {DATA_FILE}")


def tune(options: argparse.Namespace) -> None:
    """Tries ways to decide; a line for each here, and all as JSON."""
    bundle = load_bundle(options.bundle)
    tried = try_ways(options.soundscape, bundle, options.run, options.command)
    write_atomic(options.out, msgspec.json.format(msgspec.json.encode(tried), indent=2))
    for one in tried.trials:
        report.print(
            f"{one.name:20} event F1 {one.events.f1:.3f}, false alarms/h {one.told_per_hour:.2f} "
            f"({one.held_per_hour:.2f} hold), {one.told:.1%} told after {one.median_seconds:.2f} s",
            soft_wrap=True,
            highlight=False,
        )


def gates(options: argparse.Namespace) -> None:
    """Measures each gate; a line for each."""
    folder: Path = options.soundscape
    for one in try_gates(folder, read_scene(folder), read_truth(folder), options.bundle):
        report.print(
            f"{one.open_on:16} {one.processor_seconds:7.1f} s of processor time for "
            f"{one.heard_hours:.1f} h ({one.processor_share:6.1%} of always), "
            f"{one.told} of {one.sounds} sounds told ({one.told_share:6.1%} of always), "
            f"event F1 {one.events.f1:.3f}",
            soft_wrap=True,
            highlight=False,
        )


def settings(path: Path | None) -> Config:
    """The configuration in a file, or the defaults without one."""
    return Config() if path is None else load_config(path, {})


def _lines(verdict: JudgementReport) -> Iterator[str]:
    yield verdict.scene
    for title, methods in (("all labels", verdict.methods), ("labels of both", verdict.shared)):
        for method in methods:
            yield f"{title} ({method.labels}): {method.name}, thresholds {method.thresholds}"
            yield f"  {_figures(method)}"
    yield "security labels, one threshold for all: told, false alarms an hour, of these hold"
    for point in verdict.curve:
        rates = f"{point.alarms_per_hour:7.2f} {point.held_per_hour:7.2f}"
        yield f"  {point.threshold:4.2f} {point.told:6.1%} {rates}"
    yield (
        f"processor time of a window: features and model {verdict.window_median_ms:.2f} ms "
        f"(p95 {verdict.window_p95_ms:.2f}), decide {verdict.decide_ms:.3f} ms"
    )


def _figures(method: Method) -> str:
    """One line: F1 of events (with precision and recall), onsets and seconds, and so on."""
    events, alarms = method.events, method.alarms
    every, instant = (
        f"{one.median_seconds:.2f} s, p95 {one.p95_seconds:.2f} s ({one.told} of {one.events})"
        for one in (method.every, method.instant)
    )
    return (
        f"events F1 {events.f1:.3f} ({events.precision:.3f}, {events.recall:.3f}), "
        f"onsets {method.onsets.f1:.3f}, seconds {method.segments.f1:.3f}, "
        f"PSDS {method.psds:.3f}, false alarms/h {alarms.told_per_hour:.2f} "
        f"({alarms.held_per_hour:.2f} hold), told after {every}, instant labels {instant}"
    )
