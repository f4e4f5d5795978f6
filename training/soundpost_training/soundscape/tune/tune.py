"""Compares decision settings on soundscapes of the shipped network's training folds.

Each soundscape is scored by the network of the same recipe that held its fold out, so no sound was
trained on. The fold that the shipped network is scored on chooses nothing.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from soundpost.classify import Bundle
from soundpost.config import DecideConfig
from soundpost.decide import build_rules
from soundpost.manifest import Label
from soundpost_training.soundscape.compose.ground_truth import Event, read_ground_truth
from soundpost_training.soundscape.compose.recipe import Recording, Scene, read_scene
from soundpost_training.soundscape.detect.events import DetectedEvent, track_events
from soundpost_training.soundscape.detect.models import BundleModel
from soundpost_training.soundscape.detect.sweep import DecisionMethod, sweep
from soundpost_training.soundscape.score.event_metrics import (
    event_based,
    false_alarms,
    is_in_ground_truth,
)
from soundpost_training.soundscape.score.latency import latency
from soundpost_training.soundscape.tune.candidates import (
    THRESHOLD_SMOOTHINGS,
    THRESHOLDS,
    candidates,
    single_threshold_name,
)
from soundpost_training.soundscape.tune.fold_models import fold_bundle
from soundpost_training.soundscape.tune.results import Candidate, LabelCandidate, Tuning


@dataclass(frozen=True, slots=True)
class _Soundscapes:
    """All soundscapes together; the fold is part of each recording's name."""

    recordings: list[Recording] = field(default_factory=list)
    ground_truth: list[Event] = field(default_factory=list)
    detected: dict[str, dict[str, list[DetectedEvent]]] = field(default_factory=dict)
    """By the names of candidate and recording."""

    def add(
        self,
        scene: Scene,
        ground_truth: Sequence[Event],
        detected: Mapping[str, Mapping[str, list[DetectedEvent]]],
    ) -> None:
        """Adds one soundscape and its detected events."""
        fold = scene.recipe.fold
        for recording in scene.recordings:
            name = f"{fold}/{recording.name}"
            self.recordings.append(msgspec.structs.replace(recording, name=name))
        self.ground_truth.extend(
            dataclasses.replace(event, recording=f"{fold}/{event.recording}")
            for event in ground_truth
        )
        for candidate, recordings in detected.items():
            self.detected.setdefault(candidate, {}).update(
                {f"{fold}/{name}": events for name, events in recordings.items()}
            )

    def detected_in_mixed(self, candidate: str) -> dict[str, list[DetectedEvent]]:
        """Returns the events of a candidate in the recordings that hold all labels."""
        detected = self.detected[candidate]
        return {
            recording.name: detected[recording.name]
            for recording in self.recordings
            if not recording.is_negative
        }


def tune(folders: Iterable[Path], bundle: Bundle, run: Path, command: str) -> Tuning:
    """Scores every candidate on every soundscape.

    Args:
        folders: Folders of the soundscapes.
        bundle: Its manifest gives thresholds and temperature.
        run: The folder with `fold<n>/model.tflite` of the same recipe.
        command: The command line, for the record.

    Raises:
        DatasetError: The run has no network that held out a soundscape's fold.
    """
    manifest = bundle.manifest
    rate_hz = manifest.input.sample_rate_hz
    methods = {
        name: _tracking(labels, rate_hz)
        for name, labels in candidates(manifest.labels, rate_hz).items()
    }
    soundscapes = _Soundscapes()
    security: tuple[str, ...] = ()
    for folder in folders:
        scene = read_scene(folder)
        fold = scene.recipe.fold
        security = scene.recipe.security_labels
        model = BundleModel(fold_bundle(bundle, run, fold), f"fold {fold}'s network")
        swept = sweep(folder, scene.recordings, model, methods)
        soundscapes.add(scene, read_ground_truth(folder), swept.events)
    labels = sorted({event.label for event in soundscapes.ground_truth})
    return Tuning(
        command=command,
        hours=sum(recording.seconds for recording in soundscapes.recordings) / 3600,
        candidates=[_candidate(soundscapes, name, labels, security) for name in methods],
        labels=[
            _label_candidate(soundscapes, label, threshold, windows, is_security=label in security)
            for label in labels
            for threshold in THRESHOLDS
            for windows in THRESHOLD_SMOOTHINGS
        ],
    )


def _tracking(labels: list[Label], rate_hz: int) -> DecisionMethod:
    rules = build_rules(labels, DecideConfig(), rate_hz)
    return lambda recording: track_events(recording, rules)


def _candidate(
    soundscapes: _Soundscapes, name: str, labels: Sequence[str], security: Sequence[str]
) -> Candidate:
    mixed = soundscapes.detected_in_mixed(name)
    negatives = [recording for recording in soundscapes.recordings if recording.is_negative]
    alarms = false_alarms(soundscapes.detected[name], negatives, security)
    delay = latency(soundscapes.ground_truth, mixed, labels)
    return Candidate(
        name=name,
        events=event_based(soundscapes.ground_truth, mixed, labels),
        started_per_hour=alarms.started_per_hour,
        confirmed_per_hour=alarms.confirmed_per_hour,
        median_seconds=delay.median_seconds,
        detected_share=delay.detected_share,
    )


def _label_candidate(
    soundscapes: _Soundscapes, label: str, threshold: float, windows: int, *, is_security: bool
) -> LabelCandidate:
    name = single_threshold_name(threshold, windows)
    detected, mixed = soundscapes.detected[name], soundscapes.detected_in_mixed(name)
    recordings = [
        recording
        for recording in soundscapes.recordings
        if recording.is_negative or not is_security
    ]
    false = sum(
        not is_in_ground_truth(event, soundscapes.ground_truth, recording.name)
        for recording in recordings
        for event in detected[recording.name]
        if event.label == label
    )
    return LabelCandidate(
        label=label,
        threshold=threshold,
        smoothing_windows=windows,
        f1=event_based(soundscapes.ground_truth, mixed, [label]).f1,
        detected_share=latency(soundscapes.ground_truth, mixed, [label]).detected_share,
        false_per_hour=false / (sum(recording.seconds for recording in recordings) / 3600),
    )
