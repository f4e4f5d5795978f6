"""Runs the stages in their order, and puts what the models detect onto the clock of capture."""

from collections.abc import Iterator, Sequence

import msgspec

from soundpost.audio import Chunk
from soundpost.capture import Source
from soundpost.decide import Rule
from soundpost.errors import CaptureError
from soundpost.events import AnyWindow, Detection, Scores, Summary
from soundpost.health import Health
from soundpost.observer import Observer
from soundpost.pipeline.stages import Stages
from soundpost.pipeline.streams import DueWindow


class Pipeline:
    """Turns the chunks of a source into detections; the only place that knows the order.

    Detections come in the order of the windows that decided them: by their end on the clock of
    capture, then by model. Their positions are on that clock.

    Args:
        source: Where chunks come from; opened and closed by the caller.
        stages: What they pass through.
        observers: Called with every chunk and every window's scores, in this order.
        health: Counts windows and detections of all models.
    """

    def __init__(
        self, source: Source, stages: Stages, observers: Sequence[Observer], health: Health
    ) -> None:
        self._source = source
        self._stages = stages
        self._models = stages.models
        self._observers = observers
        self._health = health
        self._is_waiting = False
        self._passed_until_sample = 0

    @property
    def is_waiting(self) -> bool:
        """True while the source has no sound and waits for it to come back."""
        return self._is_waiting

    @property
    def labels(self) -> list[str]:
        """The labels that can be detected, each once, in the order of the models."""
        return list(dict.fromkeys(name for model in self._models for name in model.tracker.labels))

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
            yield self._count(self._end())
            raise
        yield self._count(self._end())

    def pop_summaries(self) -> list[Summary]:
        """Removes and returns the summaries that are complete since the last call, by model."""
        return [
            msgspec.structs.replace(summary, model=number)
            for number, model in enumerate(self._models)
            for summary in model.tracker.pop_summaries()
        ]

    def set_rules(self, rules: Sequence[Sequence[Rule]]) -> None:
        """Decides by other rules, for the same labels of each model, from the next window on."""
        for model, rules_of_model in zip(self._models, rules, strict=True):
            model.tracker.set_rules(rules_of_model)

    def _count(self, detections: Iterator[Detection]) -> list[Detection]:
        decided = list(detections)
        self._health.detections += len(decided)
        return decided

    def _wait(self) -> Iterator[Detection]:
        for observer in self._observers:
            observer.on_waiting()
        yield from self._end()

    def _process(self, chunk: Chunk) -> Iterator[Detection]:
        for observer in self._observers:
            observer.on_chunk(chunk)
        gate, windows = self._stages.gate, self._stages.windows
        for passed in gate.filter(chunk):
            if passed.start_sample != self._passed_until_sample:  # the events of all models end
                yield from self._flush()
            self._passed_until_sample = passed.end_sample
            if due := windows.cut(passed):  # most chunks complete no window
                yield from self._decide_all(due)
        if gate.closed_since is not None:
            yield from self._flush()
            for model in self._models:
                model.tracker.pause(chunk, self._stages.sample_rate_hz)

    def _decide_all(self, due: Sequence[DueWindow]) -> Iterator[Detection]:
        """Classifies windows, then decides on their scores in their order."""
        for window, scores in zip(due, self._classify(due), strict=True):
            yield from self._decide(window, scores)

    def _classify(self, due: Sequence[DueWindow]) -> list[Scores]:
        """Returns the scores of windows; those of one model are computed together."""
        windows: dict[int, list[AnyWindow]] = {}
        for item in due:
            windows.setdefault(item.model, []).append(item.window)
        scores = {
            model: iter(self._models[model].classifier.classify_all(items))
            for model, items in windows.items()
        }
        return [next(scores[item.model]) for item in due]

    def _decide(self, due: DueWindow, scores: Scores) -> Iterator[Detection]:
        model = self._models[due.model]
        self._health.windows += 1
        observed = scores
        if due.model or due.placed is not due.window:
            observed = msgspec.structs.replace(scores, window=due.placed, model=due.model)
        for observer in self._observers:
            observer.on_scores(observed)
        for detection in model.tracker.update(scores):
            yield self._placed(detection, due.model)

    def _flush(self) -> Iterator[Detection]:
        """Classifies the tail that fills no window, then ends the running events."""
        yield from self._decide_all(self._stages.windows.flush())
        for number, model in enumerate(self._models):
            for detection in model.tracker.flush():
                yield self._placed(detection, number)

    def _end(self) -> Iterator[Detection]:
        """Ends the running events and all summaries, because there is no more sound for now."""
        yield from self._flush()
        for model in self._models:
            model.tracker.close()

    def _placed(self, detection: Detection, model: int) -> Detection:
        """Returns a detection of a model with its positions on the clock of capture.

        Each model numbers its events from 0; the numbers of all models are interleaved, so that
        each is given once.
        """
        capture_sample = self._models[model].rate.capture_sample
        offset = detection.offset_sample
        return msgspec.structs.replace(
            detection,
            event=detection.event * len(self._models) + model,
            onset_sample=capture_sample(detection.onset_sample),
            offset_sample=None if offset is None else capture_sample(offset),
            decided_sample=capture_sample(detection.decided_sample),
            model=model,
        )
