"""The order of the rooms: capture, gate, features, classify, decide."""

from collections.abc import Iterator

from soundpost.audio import Chunk, samples_to_ns
from soundpost.capture import Source
from soundpost.classify import Classifier
from soundpost.decide import Tracker
from soundpost.events import Detection, Window
from soundpost.features import Windower
from soundpost.gate import Gate
from soundpost.health import Health


class Pipeline:
    """Listens to a source and decides what it hears; the one place that knows the order.

    Args:
        source: Where chunks come from; opened and closed by the caller.
        gate: Which of them are worth hearing.
        windower: Cuts them into windows of log-mel.
        classifier: Scores a window.
        tracker: Makes events of scores.
        health: Where progress is counted.
    """

    def __init__(  # noqa: PLR0913 - the six rooms' stages, each given once, by name
        self,
        *,
        source: Source,
        gate: Gate,
        windower: Windower,
        classifier: Classifier,
        tracker: Tracker,
        health: Health,
    ) -> None:
        self._source = source
        self._gate = gate
        self._windower = windower
        self._classifier = classifier
        self._tracker = tracker
        self._health = health
        self._heard: Chunk | None = None

    def listen(self) -> Iterator[list[Detection]]:
        """What each chunk of sound decides, most often nothing, until the source ends."""
        last: Chunk | None = None
        for chunk in self._source.chunks():
            last = chunk
            yield self._count(self._hear(chunk))
        if last is not None:
            yield self._count(self._finish(last))

    def _count(self, detections: Iterator[Detection]) -> list[Detection]:
        decided = list(detections)
        self._health.detections += len(decided)
        return decided

    def _hear(self, chunk: Chunk) -> Iterator[Detection]:
        for heard in self._gate.listen(chunk):
            self._heard = heard
            for window in self._windower.window(heard):
                yield from self._decide(window)
        if self._gate.quiet_since is not None:
            yield from self._tracker.rest(self._gate.quiet_since)

    def _decide(self, window: Window) -> Iterator[Detection]:
        scores = self._classifier.classify(window)
        self._health.windows += 1
        yield from self._tracker.follow(scores)

    def _finish(self, last: Chunk) -> Iterator[Detection]:
        """Classify the tail that fills no window, then end what is still going on."""
        if self._heard is not None:
            for window in self._windower.finish(self._end_utc_ns(self._heard)):
                yield from self._decide(window)
        yield from self._tracker.rest(last.end_sample)

    def _end_utc_ns(self, chunk: Chunk) -> int:
        rate = self._windower.spec.sample_rate_hz
        return chunk.utc_ns + samples_to_ns(len(chunk.samples), rate)
