"""The state of a pipeline for a display: level, scores, events, notes."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from soundpost.audio import Chunk
from soundpost.cli.watch.level_meter import LevelMeter
from soundpost.decide import Rule
from soundpost.events import Detection, Scores
from soundpost.health import Problem
from soundpost.observer import Observer
from soundpost.pipeline import Pipeline

TOP_SCORES = 5
KEPT_EVENTS = 100
KEPT_NOTES = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """The score of a label in the last window.

    Attributes:
        label: Its name.
        score: In [0, 1], not smoothed.
        threshold: The smoothed score that starts an event; None for an excluded label.
    """

    label: str
    score: float
    threshold: float | None


class View(Observer):
    """Collects the state of a pipeline for a display.

    Args:
        title: Source and model.
        labels: All labels of each model, in the order of its scores.
        rules: The rules of each model for the labels that can be detected.
        sample_rate_hz: The rate of the chunks.
        floor_seconds: Length of the noise floor's memory.

    Attributes:
        meter: Level, peak and noise floor.
        bars: The highest scores in the last window of each model, the highest first; none while
            nothing is classified.
        notes: The latest lines of the log.
        event_count: Events so far.
        captured_samples: Samples so far.
        is_gate_open, is_waiting, problems: As the pipeline and the monitor have them.
        names: The name to show for a label, if it has another one than itself.
    """

    def __init__(
        self,
        title: str,
        labels: Sequence[Sequence[str]],
        rules: Sequence[Sequence[Rule]],
        sample_rate_hz: int,
        floor_seconds: float,
    ) -> None:
        self.title = title
        self.sample_rate_hz = sample_rate_hz
        self._labels = labels
        self._thresholds = [
            {rule.label: rule.on_threshold for rule in rules_of_model} for rules_of_model in rules
        ]
        self._bars_of: dict[int, list[Bar]] = {}
        self._events: dict[int, Detection] = {}
        self.meter = LevelMeter(sample_rate_hz, floor_seconds)
        self.bars: list[Bar] = []
        self.notes: deque[str] = deque(maxlen=KEPT_NOTES)
        self.event_count = 0
        self.captured_samples = 0
        self.is_gate_open = True
        self.is_waiting = False
        self.problems: tuple[str, ...] = ()
        self.names: Mapping[str, str] = {}

    @property
    def captured_seconds(self) -> float:
        """Seconds of sound so far."""
        return self.captured_samples / self.sample_rate_hz

    @property
    def events(self) -> list[Detection]:
        """The last state of each of the last events, the latest onset first."""
        return list(self._events.values())[::-1]

    def name_of(self, label: str) -> str:
        """Returns the name to show for a label: the one that people use, if the bundle has it."""
        return self.names.get(label, label)

    def on_chunk(self, chunk: Chunk) -> None:
        """Measures the level."""
        self.captured_samples += len(chunk.samples)
        self.meter.on_chunk(chunk)

    def on_scores(self, scores: Scores) -> None:
        """Selects the highest scores of the model's window, and those of all models."""
        highest = np.argsort(scores.values, kind="stable")[::-1][:TOP_SCORES]
        labels, thresholds = self._labels[scores.model], self._thresholds[scores.model]
        self._bars_of[scores.model] = [
            Bar(label, float(scores.values[index]), thresholds.get(label))
            for index in highest
            for label in [labels[index]]
        ]
        bars = [bar for bars in self._bars_of.values() for bar in bars]
        bars.sort(key=lambda bar: -bar.score)
        self.bars = bars[:TOP_SCORES]

    def on_detections(self, detections: Sequence[Detection]) -> None:
        """Adds the detections to the events."""
        for detection in detections:
            self.event_count += detection.event not in self._events
            self._events[detection.event] = detection
        while len(self._events) > KEPT_EVENTS:
            del self._events[next(iter(self._events))]

    def update(self, pipeline: Pipeline, problems: Sequence[Problem]) -> None:
        """Reads the pipeline's state, and clears level and scores that no longer hold."""
        self.is_gate_open = not pipeline.is_gate_closed
        self.is_waiting = pipeline.is_waiting
        self.problems = tuple(problems)
        if self.is_waiting:
            self.meter.reset()
        if self.is_waiting or not self.is_gate_open:
            self.bars = []
            self._bars_of = {}
