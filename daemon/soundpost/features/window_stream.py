"""Overlapping windows of a stream of chunks: gaps, strides, the padded tail and UTC."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from typing import Generic, TypeVar

import numpy as np

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.events import WaveformWindow, Window
from soundpost.features.window_level import WindowLevel

CutWindow = TypeVar("CutWindow", Window, WaveformWindow)


class WindowStream(ABC, Generic[CutWindow]):
    """Turns chunks into windows.

    Window k of an unbroken stretch starts `k * stride_samples` after the stretch's first
    sample, for chunks of any size. A gap between chunks ends the stretch and starts a
    new one.

    Args:
        window_samples: Samples in a window.
        stride_samples: Samples from one window's start to the next one's.
        sample_rate_hz: Rate of the chunks.
    """

    def __init__(self, window_samples: int, stride_samples: int, sample_rate_hz: int) -> None:
        self._window_samples = window_samples
        self._stride_samples = stride_samples
        self._sample_rate_hz = sample_rate_hz
        self._level = WindowLevel(stride_samples)
        self._restart(0)

    def _restart(self, start_sample: int) -> None:
        """Discards all samples; the next window starts at `start_sample`."""
        self._start_sample = self._end_sample = self._windowed_until_sample = start_sample
        self._last_chunk: Chunk | None = None
        self._pieces: list[Pcm] = []
        self._level.restart()

    def window(self, chunk: Chunk) -> Iterator[CutWindow]:
        """Returns the windows that the chunk completes, in order; most often it completes none.

        They are cut as they are taken; take all before the next chunk.
        """
        if chunk.start_sample != self._end_sample:
            return self._window_after_gap(chunk)
        self._pieces.append(chunk.samples)
        self._last_chunk = chunk
        self._end_sample = chunk.end_sample
        if self._end_sample - self._start_sample < self._window_samples:
            return iter(())
        return self._complete(chunk)

    def _window_after_gap(self, chunk: Chunk) -> Iterator[CutWindow]:
        yield from self.flush()
        self._restart(chunk.start_sample)
        yield from self.window(chunk)

    def _complete(self, chunk: Chunk) -> Iterator[CutWindow]:
        samples = np.concatenate(self._pieces)
        while len(samples) >= self._window_samples:
            ahead_samples = chunk.start_sample - self._start_sample
            windowed = samples[: self._window_samples]
            window = self._cut(
                windowed,
                self._start_sample,
                chunk.utc_ns - samples_to_ns(ahead_samples, self._sample_rate_hz),
                self._level.next_dbfs(windowed),
            )
            samples = samples[self._stride_samples :]
            self._advance(samples)
            yield window

    def flush(self) -> Iterator[CutWindow]:
        """Yields the last window, padded with digital silence, if samples are left for one.

        It ends where the sound ended, not where the silence would.
        """
        end_sample, last = self._end_sample, self._last_chunk
        if last is not None and end_sample > self._windowed_until_sample:
            missing = self._start_sample + self._window_samples - end_sample
            silence = np.zeros(missing, np.int16)
            end_utc_ns = last.utc_ns + samples_to_ns(len(last.samples), self._sample_rate_hz)
            for window in self.window(Chunk(end_sample, silence, end_utc_ns)):
                yield replace(window, end_sample=end_sample)

    @abstractmethod
    def _cut(self, samples: Pcm, start_sample: int, utc_ns: int, level_dbfs: float) -> CutWindow:
        """Returns the window of these samples, which are a copy of those in the chunks.

        Args:
            samples: int16[window_samples].
            start_sample: Position of the first.
            utc_ns: Its capture time.
            level_dbfs: Their level.
        """

    def _advance(self, samples: Pcm) -> None:
        """Moves on to the next window, which starts with the first of the samples."""
        self._windowed_until_sample = self._start_sample + self._window_samples
        self._start_sample = self._end_sample - len(samples)
        self._pieces = [samples]
