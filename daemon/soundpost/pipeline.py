"""The order of the rooms: capture, gate, features, classify, decide."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from soundpost.audio import Chunk
from soundpost.capture import Source
from soundpost.decide import Rule, Tracker
from soundpost.events import Detection, Scores, Window
from soundpost.evidence import Evidence
from soundpost.features import Windower
from soundpost.gate import Gate
from soundpost.health import Health, Problem
from soundpost.monitor import MicrophoneMonitor


class Classifies(Protocol):
    """The classifier, or whoever stands in front of it."""

    def classify(self, window: Window) -> Scores:
        """The scores of a window."""
        ...


class Observer(Protocol):
    """Looks on, and keeps nobody waiting."""

    def on_chunk(self, chunk: Chunk) -> None:
        """What comes from the source, before the gate."""

    def on_scores(self, scores: Scores) -> None:
        """What the classifier makes of a window."""


class Pipeline:
    """Listens to a source and decides what it hears; the one place that knows the order.

    Args:
        source: Where chunks come from; opened and closed by the caller.
        condition: Judges the microphone by them.
        gate: Which of them are worth hearing.
        windower: Cuts them into windows of log-mel.
        classifier: Scores a window.
        tracker: Makes events of scores.
        evidence: Remembers what was heard, for the clips of events.
        health: Where progress is counted.

    Attributes:
        observer: Who looks on; nobody, unless set before listening begins.
    """

    def __init__(  # noqa: PLR0913 - the rooms' stages, each given once, by name
        self,
        *,
        source: Source,
        condition: MicrophoneMonitor,
        gate: Gate,
        windower: Windower,
        classifier: Classifies,
        tracker: Tracker,
        evidence: Evidence,
        health: Health,
    ) -> None:
        self._source = source
        self._condition = condition
        self._gate = gate
        self._windower = windower
        self._classifier = classifier
        self._tracker = tracker
        self._evidence = evidence
        self._health = health
        self._is_waiting = False
        self.observer: Observer | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether there is no sound for now, and the source waits for it to come back."""
        return self._is_waiting

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the microphone now."""
        return self._condition.problems

    @property
    def labels(self) -> list[str]:
        """What is listened for."""
        return self._tracker.labels

    @property
    def is_quiet(self) -> bool:
        """Whether the gate is shut, so that sound comes and no window is to be expected."""
        return self._gate.quiet_since is not None

    def run(self) -> Iterator[list[Detection]]:
        """What each chunk of sound decides, most often nothing, until the source ends.

        While no sound comes it goes on a few times a second, once what was going on has ended.
        """
        for chunk in self._source.chunks():
            self._is_waiting = chunk is None
            self._condition.on_chunk(chunk)
            yield self._count(self._flush() if chunk is None else self._process(chunk))
        yield self._count(self._flush())

    def set_rules(self, rules: Sequence[Rule]) -> None:
        """Decide by other rules, for the same labels, from the next window on."""
        self._tracker.set_rules(rules)

    def _count(self, detections: Iterator[Detection]) -> list[Detection]:
        decided = list(detections)
        self._health.detections += len(decided)
        return decided

    def _process(self, chunk: Chunk) -> Iterator[Detection]:
        self._evidence.on_chunk(chunk)
        if self.observer is not None:
            self.observer.on_chunk(chunk)
        for heard in self._gate.filter(chunk):
            for window in self._windower.window(heard):
                yield from self._decide(window)
        if self.is_quiet:
            yield from self._flush()

    def _decide(self, window: Window) -> Iterator[Detection]:
        scores = self._classifier.classify(window)
        self._health.windows += 1
        self._evidence.on_scores(scores)
        if self.observer is not None:
            self.observer.on_scores(scores)
        yield from self._tracker.update(scores)

    def _flush(self) -> Iterator[Detection]:
        """Classify the tail that fills no window, then end what is still going on."""
        for window in self._windower.flush():
            yield from self._decide(window)
        yield from self._tracker.flush()
