"""Choosing how to decide, on soundscapes of folds that the judged network trained on.

Each is heard by the network of the same recipe that held its fold out, so nothing is heard that
was known. The fold that the shipped network is judged on chooses nothing.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from soundpost.classify import Bundle
from soundpost.config import DecideConfig
from soundpost.decide import build_rules
from soundpost.manifest import Label
from soundpost_training.soundscape.compose.ground_truth import Event, read_truth
from soundpost_training.soundscape.compose.recipe import Recording, Scene, read_scene
from soundpost_training.soundscape.detect.events import DetectedEvent, track
from soundpost_training.soundscape.detect.inference import RecordingScores
from soundpost_training.soundscape.detect.models import BundleModel
from soundpost_training.soundscape.detect.sweep import Deciding, listen
from soundpost_training.soundscape.score.event_metrics import (
    EventMetrics,
    alarms,
    event_based,
    is_there,
)
from soundpost_training.soundscape.score.latency import latency
from soundpost_training.soundscape.tune.candidates import THRESHOLDS, WINDOWS, candidates, single
from soundpost_training.soundscape.tune.fold_models import fold_bundle


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A way to decide, and how it did over all soundscapes.

    Attributes:
        name: What is otherwise than in the manifest.
        events: Micro-averaged over all labels.
        told_per_hour: False alarms of the security labels in negatives.
        held_per_hour: Those of them that were not taken back.
        median_seconds: Latency of the sounds that were told.
        told: Share of the sounds that were told.
    """

    name: str
    events: EventMetrics
    told_per_hour: float
    held_per_hour: float
    median_seconds: float
    told: float


class LabelTrial(msgspec.Struct, frozen=True, kw_only=True):
    """A label at one threshold and smoothing: event F1, share of sounds told, false alarms.

    False alarms are counted where none of the label is to be heard: in negatives for a security
    label, between its own sounds for another.
    """

    label: str
    threshold: float
    smoothing_windows: int
    f1: float
    told: float
    false_per_hour: float


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """All that was tried: ways to decide at the manifest's thresholds, and labels' thresholds."""

    command: str
    hours: float
    trials: list[Candidate]
    labels: list[LabelTrial]


@dataclass(frozen=True, slots=True)
class _Heap:
    """What all soundscapes together hold, recordings named by their fold, too."""

    recordings: list[Recording]
    truth: list[Event]
    told: dict[str, dict[str, list[DetectedEvent]]]


def tune(folders: Iterable[Path], bundle: Bundle, run: Path, command: str) -> Tuning:
    """Tries every way on every soundscape.

    Args:
        folders: Of the soundscapes.
        bundle: Whose manifest gives thresholds and temperature.
        run: The folder with `fold<n>/model.tflite` of the same recipe.
        command: What asked for it.

    Raises:
        DatasetError: No network held a soundscape's fold out.
    """
    manifest = bundle.manifest
    ways = {name: _tracking(labels, bundle) for name, labels in candidates(manifest.labels).items()}
    heap = _Heap([], [], {name: {} for name in ways})
    security: tuple[str, ...] = ()
    for folder in folders:
        scene = read_scene(folder)
        fold = scene.recipe.fold
        security = scene.recipe.security_labels
        ear = BundleModel(fold_bundle(bundle, run, fold), f"fold {fold}'s network")
        listened = listen(folder, scene.recordings, ear, ways)
        _add(heap, scene, read_truth(folder), listened.told)
    labels = sorted({event.label for event in heap.truth})
    return Tuning(
        command=command,
        hours=sum(one.seconds for one in heap.recordings) / 3600,
        trials=[_trial(heap, name, labels, security) for name in ways],
        labels=[
            _label_trial(heap, label, threshold, windows, is_security=label in security)
            for label in labels
            for threshold in THRESHOLDS
            for windows in WINDOWS
        ],
    )


def _tracking(labels: list[Label], bundle: Bundle) -> Deciding:
    rate_hz = bundle.manifest.input.features.sample_rate_hz
    rules = build_rules(labels, DecideConfig(), rate_hz)

    def decide(heard: RecordingScores) -> list[DetectedEvent]:
        return track(heard, rules)

    return decide


def _add(
    heap: _Heap,
    scene: Scene,
    truth: Sequence[Event],
    told: Mapping[str, Mapping[str, list[DetectedEvent]]],
) -> None:
    fold = scene.recipe.fold
    for one in scene.recordings:
        heap.recordings.append(msgspec.structs.replace(one, name=f"{fold}/{one.name}"))
    heap.truth.extend(
        dataclasses.replace(event, recording=f"{fold}/{event.recording}") for event in truth
    )
    for name, recordings in told.items():
        heap.told[name] |= {f"{fold}/{one}": events for one, events in recordings.items()}


def _trial(heap: _Heap, name: str, labels: Sequence[str], security: Sequence[str]) -> Candidate:
    told = heap.told[name]
    mixed = {one.name: told[one.name] for one in heap.recordings if not one.is_negative}
    false = alarms(told, [one for one in heap.recordings if one.is_negative], security)
    waits = latency(heap.truth, mixed, labels)
    return Candidate(
        name=name,
        events=event_based(heap.truth, mixed, labels),
        told_per_hour=false.told_per_hour,
        held_per_hour=false.held_per_hour,
        median_seconds=waits.median_seconds,
        told=waits.told / max(1, waits.events),
    )


def _label_trial(
    heap: _Heap, label: str, threshold: float, windows: int, *, is_security: bool
) -> LabelTrial:
    told = heap.told[single(threshold, windows)]
    mixed = {one.name: told[one.name] for one in heap.recordings if not one.is_negative}
    quiet = [one for one in heap.recordings if one.is_negative or not is_security]
    false = sum(
        not is_there(event, heap.truth, one.name)
        for one in quiet
        for event in told[one.name]
        if event.label == label
    )
    waits = latency(heap.truth, mixed, [label])
    return LabelTrial(
        label=label,
        threshold=threshold,
        smoothing_windows=windows,
        f1=event_based(heap.truth, mixed, [label]).f1,
        told=waits.told / max(1, waits.events),
        false_per_hour=false / (sum(one.seconds for one in quiet) / 3600),
    )
