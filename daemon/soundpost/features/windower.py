"""Overlapping log-mel windows, cut from a stream of chunks."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from soundpost.audio import Chunk, Pcm, level_dbfs, samples_to_ns
from soundpost.errors import FeatureError
from soundpost.events import Window
from soundpost.features.log_mel import LogMel
from soundpost.features.spec import FeatureSpec


class Windower:
    """Turns chunks into windows; overlapping windows share their common frames.

    Window k of an unbroken stretch starts `k * stride_samples` after the stretch's first
    sample, for chunks of any size. A gap between chunks ends the stretch and starts a
    new one.

    Frames are computed a stride at a time, when a window needs them: a call for each chunk of
    30 ms would cost five times as much, and the arithmetic would depend on the chunks' size.

    Args:
        spec: The parameters of log-mel.
        window_frames: Frames in a window.
        stride_frames: Frames from one window's start to the next one's.

    Raises:
        FeatureError: `stride_frames` is not between 1 and `window_frames`.
    """

    def __init__(self, spec: FeatureSpec, window_frames: int, stride_frames: int) -> None:
        if not 1 <= stride_frames <= window_frames:
            raise FeatureError(
                f"expected a stride of 1 to {window_frames} frames, got {stride_frames}",
                hint="use the stride of the manifest; a longer one would skip sound",
            )
        self._spec = spec
        self._window_samples = spec.sample_count(window_frames)
        self._stride_frames = stride_frames
        self._log_mel = LogMel(spec)
        self._restart(0)

    def _restart(self, start_sample: int) -> None:
        """Discards all samples; the next window starts at `start_sample`."""
        self._start_sample = self._end_sample = self._windowed_until_sample = start_sample
        self._end_utc_ns = 0
        self._pieces: list[Pcm] = []
        self._features = np.empty((0, self._spec.mel_bands), np.float32)

    def window(self, chunk: Chunk) -> Iterator[Window]:
        """Yields the windows that the chunk completes, in order."""
        if chunk.start_sample != self._end_sample:
            yield from self.flush()
            self._restart(chunk.start_sample)
        self._pieces.append(chunk.samples)
        self._end_sample = chunk.end_sample
        self._end_utc_ns = chunk.utc_ns + samples_to_ns(
            len(chunk.samples), self._spec.sample_rate_hz
        )
        if self._end_sample - self._start_sample < self._window_samples:
            return
        samples = np.concatenate(self._pieces)
        while len(samples) >= self._window_samples:
            window = self._cut(samples, chunk)
            samples = samples[self._stride_frames * self._spec.hop_samples :]
            self._advance(samples)
            yield window

    def flush(self) -> Iterator[Window]:
        """Yields the last window, padded with digital silence, if samples are left for one.

        It ends where the sound ended, not where the silence would.
        """
        end_sample = self._end_sample
        if end_sample > self._windowed_until_sample:
            missing = self._start_sample + self._window_samples - end_sample
            silence = np.zeros(missing, np.int16)
            for window in self.window(Chunk(end_sample, silence, self._end_utc_ns)):
                yield replace(window, end_sample=end_sample)

    def _cut(self, samples: Pcm, chunk: Chunk) -> Window:
        """Computes the window that starts with the first of the samples."""
        samples = samples[: self._window_samples]
        fresh = self._log_mel.compute(samples[len(self._features) * self._spec.hop_samples :])
        self._features = np.concatenate((self._features, fresh))
        self._features.flags.writeable = False  # the next window shares these frames
        ahead_samples = chunk.start_sample - self._start_sample
        return Window(
            start_sample=self._start_sample,
            end_sample=self._start_sample + self._window_samples,
            log_mel=self._features,
            level_dbfs=level_dbfs(samples),
            utc_ns=chunk.utc_ns - samples_to_ns(ahead_samples, self._spec.sample_rate_hz),
        )

    def _advance(self, samples: Pcm) -> None:
        """Moves on to the next window, which starts with the first of the samples."""
        self._windowed_until_sample = self._start_sample + self._window_samples
        self._start_sample = self._end_sample - len(samples)
        self._pieces = [samples]
        self._features = self._features[self._stride_frames :]
