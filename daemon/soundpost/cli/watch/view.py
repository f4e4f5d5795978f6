"""What there is to be seen of a pipeline, however it is shown."""

from collections import deque
from collections.abc import Sequence
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
REMEMBERED_EVENTS = 100
REMEMBERED_NOTES = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """The score of a label in the last window.

    Attributes:
        label: Its name.
        score: In [0, 1], not smoothed.
        threshold: The smoothed score that starts an event; None for what nobody listens for.
    """

    label: str
    score: float
    threshold: float | None


class View(Observer):
    """Looks on, and remembers what is worth showing.

    Args:
        title: What listens to what.
        labels: All labels, in the order of the scores.
        rules: Those that are listened for.
        sample_rate_hz: The rate of the chunks.
        floor_seconds: How far back the noise floor reaches.

    Attributes:
        meter: How loud it is.
        bars: The highest scores of the last window, the highest first; none while nothing is
            classified.
        notes: What the log said last.
        event_count: Events so far.
        heard_samples: Samples heard so far.
        is_gate_open, is_waiting, problems: As the pipeline has them.
    """

    def __init__(
        self,
        title: str,
        labels: Sequence[str],
        rules: Sequence[Rule],
        sample_rate_hz: int,
        floor_seconds: float,
    ) -> None:
        self.title = title
        self.sample_rate_hz = sample_rate_hz
        self._labels = labels
        self._thresholds = {rule.label: rule.on_threshold for rule in rules}
        self._events: dict[int, Detection] = {}
        self.meter = LevelMeter(sample_rate_hz, floor_seconds)
        self.bars: list[Bar] = []
        self.notes: deque[str] = deque(maxlen=REMEMBERED_NOTES)
        self.event_count = 0
        self.heard_samples = 0
        self.is_gate_open = True
        self.is_waiting = False
        self.problems: tuple[str, ...] = ()

    @property
    def heard_seconds(self) -> float:
        """Seconds of sound so far."""
        return self.heard_samples / self.sample_rate_hz

    @property
    def events(self) -> list[Detection]:
        """The last state of each of the last events, the latest onset first."""
        return list(self._events.values())[::-1]

    def on_chunk(self, chunk: Chunk) -> None:
        """Follow the level."""
        self.heard_samples += len(chunk.samples)
        self.meter.on_chunk(chunk)

    def on_scores(self, scores: Scores) -> None:
        """Pick the highest scores of a window."""
        highest = np.argsort(scores.values, kind="stable")[::-1][:TOP_SCORES]
        self.bars = [
            Bar(label, float(scores.values[index]), self._thresholds.get(label))
            for index in highest
            for label in [self._labels[index]]
        ]

    def on_detections(self, detections: Sequence[Detection]) -> None:
        """Take note of what was decided."""
        for detection in detections:
            self.event_count += detection.event not in self._events
            self._events[detection.event] = detection
        while len(self._events) > REMEMBERED_EVENTS:
            del self._events[next(iter(self._events))]

    def update(self, pipeline: Pipeline, problems: Sequence[Problem]) -> None:
        """Take note of how the pipeline fares, and forget what is no longer so."""
        self.is_gate_open = not pipeline.is_quiet
        self.is_waiting = pipeline.is_waiting
        self.problems = tuple(problems)
        if self.is_waiting:
            self.meter.reset()
        if self.is_waiting or not self.is_gate_open:
            self.bars = []
