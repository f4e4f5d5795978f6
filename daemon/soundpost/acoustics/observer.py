"""Follows the pipeline, and reports the figures of each minute."""

import time
from collections.abc import Callable

from soundpost.acoustics.figures import MinuteFigures
from soundpost.acoustics.meter import MinuteMeter
from soundpost.audio import Chunk
from soundpost.observer import Observer


class AcousticsObserver(Observer):
    """Measures every chunk of the source, before the gate.

    Args:
        meter: Measures.
        report: Called with the figures of each minute, in order.
        now_ns: The wall clock, nanoseconds since 1970 UTC.

    Attributes:
        now_ns: The wall clock.
    """

    def __init__(
        self,
        meter: MinuteMeter,
        report: Callable[[MinuteFigures], None],
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._meter = meter
        self._report = report
        self.now_ns = now_ns

    def on_chunk(self, chunk: Chunk) -> None:
        """Adds a chunk, and reports the minutes that it ends."""
        for figures in self._meter.process(chunk):
            self._report(figures)

    def on_waiting(self) -> None:
        """Reports the minute in which the sound was lost, once it is over."""
        for figures in self._meter.finish_before(self.now_ns()):
            self._report(figures)

    def finish(self) -> None:
        """Reports the minute in which the sound ends."""
        for figures in self._meter.finish():
            self._report(figures)
