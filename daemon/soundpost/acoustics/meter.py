"""Measures the figures of each minute of a stream of chunks."""

from collections.abc import Iterator

import numpy as np

from soundpost.acoustics.figures import MinuteFigures, MinuteMeasures
from soundpost.acoustics.levels import LevelMeter
from soundpost.acoustics.minutes import MINUTE_NS, Minute, Minutes
from soundpost.acoustics.spectrum import SpectrumMeter
from soundpost.audio import Chunk, Pcm


class MinuteMeter:
    """Measures minute by minute; memory does not grow, and figures do not depend on chunks.

    Samples are processed in blocks of one length, counted from the start of the minute, or from the
    end of a gap in it. So every sum has the same order, and the figures are the same to the bit for
    any size of chunks.

    Args:
        rate_hz: The sample rate of the chunks.
        minutes: Divides the samples into minutes.
    """

    def __init__(self, rate_hz: int, minutes: Minutes) -> None:
        self._rate_hz = rate_hz
        self._minutes = minutes
        self._levels = LevelMeter(rate_hz)
        self._spectrum = SpectrumMeter(rate_hz)
        self._block = np.empty(self._levels.block_samples, np.int16)
        self._held_samples = 0
        self._is_first = True
        self._minute: Minute | None = None
        self._samples = 0
        self._end_sample = 0

    def process(self, chunk: Chunk) -> Iterator[MinuteFigures]:
        """Yields the figures of the minutes that end with or before the chunk."""
        if chunk.start_sample != self._end_sample:
            self._process_block()
            self._is_first = True
        self._end_sample = chunk.end_sample
        sample = chunk.start_sample
        while sample < chunk.end_sample:
            minute = self._minutes.minute(sample, chunk)
            if self._minute is not None and minute.start_ns != self._minute.start_ns:
                yield from self.finish()
            self._minute = minute
            begin = sample - chunk.start_sample
            piece = chunk.samples[begin : begin + minute.end_sample - sample]
            self._add(piece)
            sample += len(piece)
            if sample == minute.end_sample:
                yield from self.finish()

    def finish(self) -> Iterator[MinuteFigures]:
        """Yields the figures of the minute that was begun, if there is one."""
        if self._minute is None:
            return
        self._process_block()
        measures = MinuteMeasures(
            self._rate_hz, self._samples, self._levels.pop(), self._spectrum.pop()
        )
        yield measures.figures(self._minute.start_ns)
        self._minute = None
        self._samples = 0

    def finish_before(self, now_ns: int) -> Iterator[MinuteFigures]:
        """Yields the figures of the minute that was begun, if it is over; for lost sound."""
        if self._minute is not None and now_ns >= self._minute.start_ns + MINUTE_NS:
            yield from self.finish()

    def _add(self, samples: Pcm) -> None:
        self._samples += len(samples)
        while len(samples):
            piece = samples[: len(self._block) - self._held_samples]
            self._block[self._held_samples : self._held_samples + len(piece)] = piece
            self._held_samples += len(piece)
            samples = samples[len(piece) :]
            if self._held_samples == len(self._block):
                self._process_block()

    def _process_block(self) -> None:
        if not self._held_samples:
            return
        block = self._block[: self._held_samples]
        self._levels.add(block, is_first=self._is_first)
        self._spectrum.add(block, is_first=self._is_first)
        self._held_samples = 0
        self._is_first = False
