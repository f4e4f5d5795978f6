"""Measures detected events against the ground truth of one soundscape."""

from collections.abc import Sequence

from soundpost.decide import Rule
from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.compose.recipe import Recording, Scene
from soundpost_training.soundscape.detect.events import ByRecording, DetectedEvent
from soundpost_training.soundscape.detect.threshold_grid import GRID, SHIPPED, GridResults
from soundpost_training.soundscape.score.event_metrics import (
    event_based,
    false_alarms,
    is_in_ground_truth,
    segment_based,
)
from soundpost_training.soundscape.score.latency import latency
from soundpost_training.soundscape.score.psds import psds
from soundpost_training.soundscape.score.report_data import (
    LabelResult,
    MethodResult,
    OperatingPoint,
)


class Measure:
    """Computes the metrics of one soundscape.

    Args:
        scene: The soundscape.
        ground_truth: Its sounds.
        instant: Labels for which one window is enough.
    """

    def __init__(self, scene: Scene, ground_truth: Sequence[Event], instant: Sequence[str]) -> None:
        self._scene = scene
        self._ground_truth = list(ground_truth)
        self._instant = list(instant)
        self._mixed = scene.mixed
        self._negatives = scene.negatives

    @property
    def sounds(self) -> int:
        """Number of sounds in the recordings that hold all labels."""
        names = {recording.name for recording in self._mixed}
        return sum(event.recording in names for event in self._ground_truth)

    def methods(self, results: GridResults, labels: list[str]) -> list[MethodResult]:
        """Returns both methods at the shipped thresholds and at the best single one of each."""
        methods = []
        score = psds(self._ground_truth, results.score_tables, labels, self._mixed)
        for method, by_threshold in (
            ("whole path", results.tracked),
            ("windows only", results.threshold_only),
        ):
            name = f"{results.name}, {method}"
            if SHIPPED in by_threshold:
                shipped = by_threshold[SHIPPED]
                methods.append(self._method(name, "as shipped", shipped, labels, score))
            f1 = {threshold: self._f1(by_threshold[str(threshold)], labels) for threshold in GRID}
            best = max(f1, key=f1.__getitem__)
            origin = f"{best:g}, the best single one on this soundscape"
            methods.append(self._method(name, origin, by_threshold[str(best)], labels, score))
        return methods

    def curve(self, results: GridResults, security: Sequence[str]) -> list[OperatingPoint]:
        """Returns detections and false alarms of the security labels at each threshold."""
        return [self._point(at, results.tracked[str(at)], security) for at in GRID]

    def label(self, rule: Rule, detected: ByRecording) -> LabelResult:
        """Returns the metrics of one label."""
        mixed = _only(detected, self._mixed)
        delay = latency(self._ground_truth, mixed, [rule.label])
        hours = sum(recording.seconds for recording in self._scene.recordings) / 3600
        false = sum(
            not is_in_ground_truth(event, self._ground_truth, name)
            for name, events in detected.items()
            for event in events
            if event.label == rule.label
        )
        return LabelResult(
            label=rule.label,
            threshold=rule.on_threshold,
            events=event_based(self._ground_truth, mixed, [rule.label]),
            sounds=delay.sounds,
            detected=delay.detected,
            median_seconds=delay.median_seconds,
            p95_seconds=delay.p95_seconds,
            false_per_hour=false / hours,
        )

    def _f1(self, detected: ByRecording, labels: list[str]) -> float:
        return event_based(self._ground_truth, _only(detected, self._mixed), labels).f1

    def _method(
        self, name: str, thresholds: str, detected: ByRecording, labels: list[str], score: float
    ) -> MethodResult:
        mixed = _only(detected, self._mixed)
        security = [label for label in self._scene.recipe.security_labels if label in labels]
        instant = [label for label in self._instant if label in labels]
        return MethodResult(
            name=name,
            thresholds=thresholds,
            labels=len(labels),
            events=event_based(self._ground_truth, mixed, labels),
            onsets=event_based(self._ground_truth, mixed, labels, with_offsets=False),
            segments=segment_based(self._ground_truth, mixed, labels, self._mixed),
            psds=score,
            false_alarms=false_alarms(detected, self._negatives, security),
            all_labels=latency(self._ground_truth, mixed, labels),
            instant=latency(self._ground_truth, mixed, instant),
        )

    def _point(
        self, threshold: float, detected: ByRecording, security: Sequence[str]
    ) -> OperatingPoint:
        delay = latency(self._ground_truth, _only(detected, self._mixed), security)
        alarms = false_alarms(detected, self._negatives, security)
        return OperatingPoint(
            threshold=threshold,
            detected_share=delay.detected_share,
            started_per_hour=alarms.started_per_hour,
            confirmed_per_hour=alarms.confirmed_per_hour,
        )


def _only(
    detected: ByRecording, recordings: Sequence[Recording]
) -> dict[str, Sequence[DetectedEvent]]:
    return {recording.name: detected[recording.name] for recording in recordings}
