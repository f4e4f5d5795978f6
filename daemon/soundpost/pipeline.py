"""Runs the stages in their order: source, gate, features, classifier, tracker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from soundpost.audio import Chunk
from soundpost.capture import Source
from soundpost.classify.model import Model, WindowClassifier
from soundpost.config import Config
from soundpost.decide import Mutes, Rule, Tracker, build_tracker
from soundpost.errors import CaptureError
from soundpost.events import AnyWindow, Detection, WaveformWindow, Window
from soundpost.features.window_stream import WindowStream
from soundpost.gate import Gate, build_gate
from soundpost.health import Health
from soundpost.observer import Observer


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages between a source and its detections.

    Attributes:
        gate: Drops chunks that are not worth classifying.
        windower: Cuts chunks into windows, of log-mel or of samples.
        classifier: Scores a window.
        tracker: Turns scores into events.
    """

    gate: Gate
    windower: WindowStream[Window] | WindowStream[WaveformWindow]
    classifier: WindowClassifier
    tracker: Tracker


class Pipeline:
    """Turns the chunks of a source into detections; the only place that knows the order.

    Args:
        source: Where chunks come from; opened and closed by the caller.
        stages: What they pass through.
        observers: Called with every chunk and every window's scores, in this order.
        health: Counts windows and detections.
    """

    def __init__(
        self, source: Source, stages: Stages, observers: Sequence[Observer], health: Health
    ) -> None:
        self._source = source
        self._stages = stages
        self._observers = observers
        self._health = health
        self._is_waiting = False

    @property
    def is_waiting(self) -> bool:
        """True while the source has no sound and waits for it to come back."""
        return self._is_waiting

    @property
    def labels(self) -> list[str]:
        """The labels that can be detected."""
        return self._stages.tracker.labels

    @property
    def is_gate_closed(self) -> bool:
        """True while the gate is closed: sound comes, and no window is to be expected."""
        return self._stages.gate.closed_since is not None

    def run(self) -> Iterator[list[Detection]]:
        """Yields the detections of each chunk, most often none, until the source ends.

        While the source waits for sound it yields a few times a second, after the events that
        were running have ended.

        Raises:
            CaptureError: The source failed; the events that were running have ended before.
        """
        try:
            for chunk in self._source.chunks():
                self._is_waiting = chunk is None
                yield self._count(self._wait() if chunk is None else self._process(chunk))
        except CaptureError:
            yield self._count(self._flush())
            raise
        yield self._count(self._flush())

    def set_rules(self, rules: Sequence[Rule]) -> None:
        """Decides by other rules, for the same labels, from the next window on."""
        self._stages.tracker.set_rules(rules)

    def _count(self, detections: Iterator[Detection]) -> list[Detection]:
        decided = list(detections)
        self._health.detections += len(decided)
        return decided

    def _wait(self) -> Iterator[Detection]:
        for observer in self._observers:
            observer.on_waiting()
        yield from self._flush()

    def _process(self, chunk: Chunk) -> Iterator[Detection]:
        for observer in self._observers:
            observer.on_chunk(chunk)
        for passed in self._stages.gate.filter(chunk):
            for window in self._stages.windower.window(passed):
                yield from self._decide(window)
        if self.is_gate_closed:
            yield from self._flush()

    def _decide(self, window: AnyWindow) -> Iterator[Detection]:
        scores = self._stages.classifier.classify(window)
        self._health.windows += 1
        for observer in self._observers:
            observer.on_scores(scores)
        yield from self._stages.tracker.update(scores)

    def _flush(self) -> Iterator[Detection]:
        """Classifies the tail that fills no window, then ends the running events."""
        for window in self._stages.windower.flush():
            yield from self._decide(window)
        yield from self._stages.tracker.flush()


def build_pipeline(
    config: Config,
    model: Model,
    source: Source,
    health: Health,
    observers: Sequence[Observer] = (),
    mutes: Mutes | None = None,
) -> Pipeline:
    """Builds the pipeline from a source to detections.

    Args:
        config: The tables `[gate]` and `[decide]`.
        model: Its manifest says how features are made and labels are decided.
        source: Where chunks come from.
        health: Counts windows, detections and muted events.
        observers: Called with every chunk and every window's scores.
        mutes: Keeps events from starting; by default every event may start.

    Raises:
        ConfigError: The configuration names a label that the model does not have.
    """
    manifest = model.bundle.manifest
    tracker_mutes = mutes or Mutes(manifest.label_names)
    stages = Stages(
        gate=build_gate(config.gate, model.sample_rate_hz),
        windower=manifest.input.windower(),
        classifier=model.classifier,
        tracker=build_tracker(
            manifest, config.decide, tracker_mutes, health, occurrence=model.range_filter
        ),
    )
    return Pipeline(source, stages, observers, health)
