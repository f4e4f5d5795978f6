"""Tables about what was detected in recordings, and what nearly was."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TextIO

import numpy as np

from soundpost.decide import Rule
from soundpost.decide.smoothing import MovingMean
from soundpost.events import Detection, Scores, State
from soundpost.observer import Observer
from soundpost.system.printable import printable
from soundpost.system.units import clock_duration

NEAREST = 10
"""Labels in the table of scores: more than one screen of them is no answer to `why not?`."""
LOWEST_SCORE = 0.01
"""A lower score says that the model did not consider the label."""
_LABEL_WIDTH = 20


class ReportOptions(NamedTuple):
    """The outputs that were asked for.

    Attributes:
        has_lines: A line of JSON for each state of an event.
        has_summary: A table of the events of each label.
        has_scores: A table of the labels that were nearest to their threshold.
        details: The folder for the details of the only recording; None for none.
    """

    has_lines: bool = True
    has_summary: bool = False
    has_scores: bool = False
    details: Path | None = None


class Extent(NamedTuple):
    """The part of the labels and of the sound that a run covers.

    Attributes:
        week: The week of the recordings, from 1 to 48: only labels are detected that occur at the
            place then. None for all labels, because files have no date.
        first_seconds: The length of the beginning that is read of each recording; None for all.
    """

    week: int | None = None
    first_seconds: float | None = None


@dataclass
class _Events:
    """The events of a label, of all recordings."""

    count: int = 0
    seconds: float = 0.0
    best_score: float = 0.0


class Summary:
    """Counts events by label. An event that was retracted is none.

    Args:
        sample_rate_hz: Converts samples to seconds.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._events: dict[str, _Events] = {}
        self.recordings = 0
        self.samples = 0

    @property
    def labels(self) -> Collection[str]:
        """The labels that have events."""
        return self._events.keys()

    def count(self, detection: Detection) -> None:
        """Counts an event when it ends."""
        if detection.state is not State.ENDED or detection.offset_sample is None:
            return
        samples = detection.offset_sample - detection.onset_sample
        self.add(detection.label, samples / self._sample_rate_hz, detection.score)

    def add(self, label: str, seconds: float, score: float) -> None:
        """Counts an event of a length."""
        events = self._events.setdefault(label, _Events())
        events.count += 1
        events.seconds += seconds
        events.best_score = max(events.best_score, score)

    def write(self, out: TextIO) -> None:
        """Writes the table, the most frequent label first, and a line of totals."""
        if self._events:
            out.write(f"{'label':{_LABEL_WIDTH}}  events   seconds  best\n")
        out.writelines(
            f"{label:{_LABEL_WIDTH}}  {events.count:6}  {events.seconds:8.1f}  "
            f"{events.best_score:.2f}\n"
            for label, events in sorted(self._events.items(), key=lambda item: -item[1].count)
        )
        total = sum(events.count for events in self._events.values())
        duration = clock_duration(self.samples / self._sample_rate_hz)
        out.write(
            f"{_counted(total, 'event')} in {_counted(self.recordings, 'recording')}, "
            f"{duration} of sound\n"
        )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


@dataclass
class _Best:
    """The best score of a label, and its place."""

    score: float = 0.0
    sample: int = 0
    recording: Path = field(default_factory=Path)


class BestScores:
    """The best smoothed score of each label, which is the one that thresholds apply to.

    Args:
        rules: The rules of each model's labels.
        label_counts: Labels of each model; rules of other labels (`unknown`, `any`) are left out.
    """

    def __init__(self, rules: Sequence[Sequence[Rule]], label_counts: Sequence[int]) -> None:
        self._rules = [
            [rule for rule in rules_of_model if rule.index < count]
            for rules_of_model, count in zip(rules, label_counts, strict=True)
        ]
        self._best = [[_Best() for _ in rules_of_model] for rules_of_model in self._rules]

    def observers(self, recording: Path) -> list[Observer]:
        """Returns the observers of a recording, one for each model."""
        return [
            _ScoreObserver(model, rules, self._best[model], recording)
            for model, rules in enumerate(self._rules)
        ]

    def write(self, out: TextIO, detected: Collection[str], sample_rate_hz: int) -> None:
        """Writes the labels without an event, the nearest to its threshold first.

        Args:
            out: Receives the lines.
            detected: Labels that have events.
            sample_rate_hz: Converts samples to seconds.
        """
        near = [
            (best.score / max(rule.on_threshold, LOWEST_SCORE), rule, best)
            for rules, bests in zip(self._rules, self._best, strict=True)
            for rule, best in zip(rules, bests, strict=True)
            if rule.label not in detected and best.score >= LOWEST_SCORE
        ]
        if not near:
            out.write("no label without an event had a score worth naming\n")
            return
        out.write(f"{'without an event':{_LABEL_WIDTH}}  best  threshold  at       recording\n")
        for _, rule, best in sorted(near, key=lambda item: -item[0])[:NEAREST]:
            at = clock_duration(best.sample / sample_rate_hz)
            out.write(
                f"{rule.label:{_LABEL_WIDTH}}  {best.score:.2f}  {rule.on_threshold:9.2f}  "
                f"{at:7}  {printable(str(best.recording))}\n"
            )


class _ScoreObserver(Observer):
    """Follows the smoothed scores of a model on a recording, as its tracker smooths them."""

    def __init__(
        self, model: int, rules: Sequence[Rule], best: Sequence[_Best], recording: Path
    ) -> None:
        self._model = model
        self._indices = np.array([rule.index for rule in rules], np.intp)
        self._mean = MovingMean([rule.smoothing_windows for rule in rules]) if rules else None
        self._best = best
        self._highest = np.array([label.score for label in best], np.float32)
        self._recording = recording
        self._until_sample = 0

    def on_scores(self, scores: Scores) -> None:
        """Keeps the best smoothed score of each label."""
        if self._mean is None or scores.model != self._model:
            return
        if scores.window.start_sample > self._until_sample:
            self._mean.reset()  # as the tracker does after a gap
        self._until_sample = scores.window.end_sample
        smoothed = self._mean.add(scores.values[self._indices])
        # Few labels of thousands reach a new height in a window.
        for position in (smoothed > self._highest).nonzero()[0].tolist():
            best = self._best[position]
            best.score = float(smoothed[position])
            best.sample = scores.window.start_sample
            best.recording = self._recording
        self._highest = np.maximum(self._highest, smoothed)
