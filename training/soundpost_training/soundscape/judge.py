"""Judging a bundle on a soundscape, beside the plain way and beside a peer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soundpost.classify import Bundle
from soundpost.config import DecideConfig
from soundpost.decide import Rule, make_rules
from soundpost.manifest import Label
from soundpost_training.errors import DatasetError
from soundpost_training.soundscape.ears import BundleEar, PeerEar
from soundpost_training.soundscape.figures import (
    ByRecording,
    alarms,
    event_based,
    latency,
    segment_based,
)
from soundpost_training.soundscape.hearing import Ear
from soundpost_training.soundscape.listening import Costs, Deciding, listen
from soundpost_training.soundscape.psds import psds
from soundpost_training.soundscape.scene import Recording, Scene
from soundpost_training.soundscape.telling import Told, plain, track
from soundpost_training.soundscape.truth import Event
from soundpost_training.soundscape.verdict import LabelFigures, Method, Point, Verdict
from soundpost_training.thresholds import OFF_SHARE, label_defaults

GRID = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Single thresholds for all labels: the points of a curve, and a search for the best one."""

SLOW_LABELS = ("chainsaw",)
"""Security labels that may take their time; the others are to be told at once."""

SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class Heads:
    """What one ear told: at the shipped thresholds (if it has some) and at each of the grid."""

    tracked: dict[str, ByRecording]
    plain: dict[str, ByRecording]
    tables: dict[str, Any]
    costs: Costs


class Judge:
    """Measures what was told against the truth of one soundscape.

    Args:
        folder: Where the recordings lie.
        scene: What it is made of.
        truth: What is to be heard.
    """

    def __init__(self, folder: Path, scene: Scene, truth: Sequence[Event]) -> None:
        self._folder = folder
        self._scene = scene
        self._truth = list(truth)
        self._mixed = [one for one in scene.recordings if not one.is_negative]
        self._negative = [one for one in scene.recordings if one.is_negative]
        self.told: ByRecording = {}

    def judge(
        self, bundle: Bundle, settings: DecideConfig, peer: Path | None, command: str
    ) -> Verdict:
        """The verdict on a bundle.

        Args:
            bundle: Its model and manifest.
            settings: What replaces the manifest's decision defaults.
            peer: YAMNet's file; None to do without.
            command: What asked for it.

        Raises:
            DatasetError: The network was trained on the fold that the soundscape is made of.
            ConfigError: The settings do not fit the bundle.
        """
        _refuse_known_sounds(bundle, self._scene)
        manifest = bundle.manifest
        ear = BundleEar(bundle, f"{manifest.id} {manifest.version}")
        rules = make_rules(manifest.labels, settings, ear.spec.sample_rate_hz)
        ours = self._heads(ear, manifest.labels, rules)
        self.told = ours.tracked[SHIPPED]
        judged = [rule.label for rule in rules if rule.label in self._scene.labels]
        shared: list[Method] = []
        if peer is not None:
            other = PeerEar(peer, tuple(self._scene.labels))
            defaults = [label_defaults(label, 0.5, other.spec) for label in other.labels]
            theirs = self._heads(other, defaults, None)
            both = [label for label in judged if label in other.labels]
            shared = [*self._methods(ear, ours, both), *self._methods(other, theirs, both)]
        recipe, spent = self._scene.recipe, ours.costs
        return Verdict(
            bundle=ear.name,
            command=command,
            scene=(
                f"fold {recipe.fold} of {self._scene.data}, seed {recipe.seed}: {recipe.hours:g} h "
                f"with {len(self._there())} sounds of {len(self._scene.labels)} labels, "
                f"{recipe.negative_hours:g} h without the security labels"
            ),
            methods=self._methods(ear, ours, judged),
            shared=shared,
            curve=[self._point(at, ours.tracked[str(at)]) for at in GRID],
            labels=[self._label(rule, ours) for rule in rules if rule.label in judged],
            window_median_ms=spent.window_median_ms,
            window_p95_ms=spent.window_p95_ms,
            decide_ms=spent.decide_ms,
        )

    def _there(self) -> list[Event]:
        names = {one.name for one in self._mixed}
        return [event for event in self._truth if event.recording in names]

    def _heads(self, ear: Ear, labels: Sequence[Label], shipped: Sequence[Rule] | None) -> Heads:
        """Listens once and decides in all ways."""
        rules = {} if shipped is None else {SHIPPED: list(shipped)}
        for at in GRID:
            single = DecideConfig(on_threshold=at, off_threshold=round(at * OFF_SHARE, 3))
            rules[str(at)] = list(make_rules(labels, single, ear.spec.sample_rate_hz))
        ways: dict[str, Deciding] = {}
        for name, those in rules.items():
            ways[f"tracked {name}"] = _tracking(those)
            ways[f"plain {name}"] = _plainly(those)
        listened = listen(self._folder, self._scene.recordings, ear, ways)
        return Heads(
            tracked={name: listened.told[f"tracked {name}"] for name in rules},
            plain={name: listened.told[f"plain {name}"] for name in rules},
            tables=listened.tables,
            costs=listened.costs,
        )

    def _methods(self, ear: Ear, heads: Heads, labels: list[str]) -> list[Method]:
        """At the shipped thresholds, and at the single one that is best for it here."""
        methods = []
        score = psds(self._truth, heads.tables, labels, self._mixed)
        for who, points in (("whole path", heads.tracked), ("windows only", heads.plain)):
            best = max(GRID, key=lambda at: self._f1(points[str(at)], labels))
            if SHIPPED in points:
                name = f"{ear.name}, {who}"
                methods.append(self._method(name, "as shipped", points[SHIPPED], labels, score))
            name, where = f"{ear.name}, {who}", f"{best:g}, the best one for it here"
            methods.append(self._method(name, where, points[str(best)], labels, score))
        return methods

    def _f1(self, told: ByRecording, labels: list[str]) -> float:
        return event_based(self._truth, _only(told, self._mixed), labels).f1

    def _method(
        self, name: str, thresholds: str, told: ByRecording, labels: list[str], score: float
    ) -> Method:
        mixed = _only(told, self._mixed)
        security = [label for label in self._scene.recipe.security_labels if label in labels]
        instant = [label for label in security if label not in SLOW_LABELS]
        return Method(
            name=name,
            thresholds=thresholds,
            labels=len(labels),
            events=event_based(self._truth, mixed, labels),
            onsets=event_based(self._truth, mixed, labels, offsets=False),
            segments=segment_based(self._truth, mixed, labels, self._mixed),
            psds=score,
            alarms=alarms(told, self._negative, security),
            every=latency(self._truth, mixed, labels),
            instant=latency(self._truth, mixed, instant),
        )

    def _point(self, threshold: float, told: ByRecording) -> Point:
        security = list(self._scene.recipe.security_labels)
        heard = latency(self._truth, _only(told, self._mixed), security)
        false = alarms(told, self._negative, security)
        return Point(
            threshold=threshold,
            told=heard.told / max(1, heard.events),
            alarms_per_hour=false.told_per_hour,
            held_per_hour=false.held_per_hour,
        )

    def _label(self, rule: Rule, heads: Heads) -> LabelFigures:
        told = heads.tracked[SHIPPED]
        mixed = _only(told, self._mixed)
        heard = latency(self._truth, mixed, [rule.label])
        hours = sum(one.seconds for one in self._scene.recordings) / 3600
        false = sum(
            not _is_there(event, self._truth, name)
            for name, events in told.items()
            for event in events
            if event.label == rule.label
        )
        return LabelFigures(
            label=rule.label,
            threshold=rule.on_threshold,
            events=event_based(self._truth, mixed, [rule.label]),
            sounds=heard.events,
            told=heard.told,
            median_seconds=heard.median_seconds,
            false_per_hour=false / hours,
        )


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


def _tracking(rules: list[Rule]) -> Deciding:
    return lambda heard: track(heard, rules)


def _plainly(rules: list[Rule]) -> Deciding:
    return lambda heard: plain(heard, rules)


def _only(told: ByRecording, recordings: Sequence[Recording]) -> dict[str, Sequence[Told]]:
    return {one.name: told[one.name] for one in recordings}


def _is_there(event: Told, truth: Sequence[Event], name: str) -> bool:
    """Whether a sound of the label overlaps with what was told."""
    return any(
        one.recording == name
        and one.label == event.label
        and one.onset_seconds < event.offset_seconds
        and event.onset_seconds < one.offset_seconds
        for one in truth
    )
