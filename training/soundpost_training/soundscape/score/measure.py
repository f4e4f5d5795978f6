"""What was told, held against the truth of one soundscape."""

from collections.abc import Sequence

from soundpost.decide import Rule
from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.compose.recipe import Recording, Scene
from soundpost_training.soundscape.detect.events import DetectedEvent
from soundpost_training.soundscape.detect.threshold_grid import GRID, SHIPPED, GridResults
from soundpost_training.soundscape.score.event_metrics import (
    ByRecording,
    alarms,
    event_based,
    is_there,
    segment_based,
)
from soundpost_training.soundscape.score.latency import latency
from soundpost_training.soundscape.score.psds import psds
from soundpost_training.soundscape.score.report_data import LabelFigures, Method, Point


class Measure:
    """Measures what was told of a soundscape.

    Args:
        scene: What it is made of.
        truth: What is to be heard.
        instant: Labels that are told at once.
    """

    def __init__(self, scene: Scene, truth: Sequence[Event], instant: Sequence[str]) -> None:
        self._scene = scene
        self._truth = list(truth)
        self._instant = list(instant)
        self._mixed = [one for one in scene.recordings if not one.is_negative]
        self._negative = [one for one in scene.recordings if one.is_negative]

    @property
    def sounds(self) -> int:
        """How many sounds the recordings hold that have all labels in them."""
        names = {one.name for one in self._mixed}
        return sum(event.recording in names for event in self._truth)

    def methods(self, heads: GridResults, labels: list[str]) -> list[Method]:
        """At the shipped thresholds, and at the single one that is best for it here."""
        methods = []
        score = psds(self._truth, heads.tables, labels, self._mixed)
        for way, points in (("whole path", heads.tracked), ("windows only", heads.plain)):
            name = f"{heads.name}, {way}"
            if SHIPPED in points:
                methods.append(self._method(name, "as shipped", points[SHIPPED], labels, score))
            f1 = {at: self._f1(points[str(at)], labels) for at in GRID}
            best = max(f1, key=f1.__getitem__)
            where = f"{best:g}, the best one for it here"
            methods.append(self._method(name, where, points[str(best)], labels, score))
        return methods

    def curve(self, heads: GridResults, security: Sequence[str]) -> list[Point]:
        """What each single threshold does to the security labels."""
        return [self._point(at, heads.tracked[str(at)], security) for at in GRID]

    def label(self, rule: Rule, told: ByRecording) -> LabelFigures:
        """How one label fares."""
        mixed = _only(told, self._mixed)
        heard = latency(self._truth, mixed, [rule.label])
        hours = sum(one.seconds for one in self._scene.recordings) / 3600
        false = sum(
            not is_there(event, self._truth, name)
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
            p95_seconds=heard.p95_seconds,
            false_per_hour=false / hours,
        )

    def _f1(self, told: ByRecording, labels: list[str]) -> float:
        return event_based(self._truth, _only(told, self._mixed), labels).f1

    def _method(
        self, name: str, thresholds: str, told: ByRecording, labels: list[str], score: float
    ) -> Method:
        mixed = _only(told, self._mixed)
        security = [label for label in self._scene.recipe.security_labels if label in labels]
        instant = [label for label in self._instant if label in labels]
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

    def _point(self, threshold: float, told: ByRecording, security: Sequence[str]) -> Point:
        heard = latency(self._truth, _only(told, self._mixed), security)
        false = alarms(told, self._negative, security)
        return Point(
            threshold=threshold,
            told=heard.told / max(1, heard.events),
            alarms_per_hour=false.told_per_hour,
            held_per_hour=false.held_per_hour,
        )


def _only(told: ByRecording, recordings: Sequence[Recording]) -> dict[str, Sequence[DetectedEvent]]:
    return {one.name: told[one.name] for one in recordings}
