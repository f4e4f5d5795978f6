"""Cutting a stream of chunks into windows of log-mel."""

from collections.abc import Iterator

import numpy as np

from soundpost.audio import Chunk, Pcm, level_dbfs, samples_to_ns
from soundpost.events import Window
from soundpost.features.log_mel import LogMel
from soundpost.features.spec import FeatureSpec


class Windower:
    """Turns chunks into windows; overlapping windows share the frames they have in common.

    Window k of an unbroken stretch begins `k * stride_samples` after the stretch's first
    sample, whatever the size of the chunks. A gap between chunks begins a new stretch.

    Args:
        spec: How log-mel is made.
        window_frames: Frames in a window.
        stride_frames: Frames from one window's start to the next one's, at most `window_frames`.
    """

    def __init__(self, spec: FeatureSpec, window_frames: int, stride_frames: int) -> None:
        self.spec = spec
        self.window_frames = window_frames
        self.window_samples = spec.sample_count(window_frames)
        self.stride_frames = stride_frames
        self._log_mel = LogMel(spec)
        self._begin(0)

    def _begin(self, start_sample: int) -> None:
        """Forget what was heard; the next window starts at `start_sample`."""
        self._start_sample = start_sample
        self._samples: Pcm = np.empty(0, np.int16)
        self._features = np.empty((0, self.spec.mel_bands), np.float32)
        self._windowed_until_sample = start_sample

    def window(self, chunk: Chunk) -> Iterator[Window]:
        """The windows that the chunk completes, in order."""
        if chunk.start_sample != self._start_sample + len(self._samples):
            self._begin(chunk.start_sample)
        self._samples = np.concatenate((self._samples, chunk.samples))
        self._add_features()
        while len(self._features) >= self.window_frames:
            window = self._cut(chunk)
            self._advance()
            yield window

    def finish(self, utc_ns: int) -> Iterator[Window]:
        """The last window, filled up with digital silence, if some samples were in none.

        Args:
            utc_ns: Wall time one past the last sample.
        """
        end_sample = self._start_sample + len(self._samples)
        if end_sample > self._windowed_until_sample:
            missing = self.window_samples - len(self._samples)
            yield from self.window(Chunk(end_sample, np.zeros(missing, np.int16), utc_ns))

    def _add_features(self) -> None:
        done = len(self._features)
        fresh = self._log_mel.compute(self._samples[done * self.spec.hop_samples :])
        self._features = np.concatenate((self._features, fresh))
        self._features.flags.writeable = False  # neighbouring windows are views of it

    def _cut(self, chunk: Chunk) -> Window:
        start, end = self._start_sample, self._start_sample + self.window_samples
        ahead_ns = samples_to_ns(chunk.start_sample - start, self.spec.sample_rate_hz)
        self._windowed_until_sample = end
        return Window(
            start_sample=start,
            end_sample=end,
            log_mel=self._features[: self.window_frames],
            level_dbfs=level_dbfs(self._samples[: self.window_samples]),
            utc_ns=chunk.utc_ns - ahead_ns,
        )

    def _advance(self) -> None:
        stride_samples = self.stride_frames * self.spec.hop_samples
        self._start_sample += stride_samples
        self._samples = self._samples[stride_samples:]
        self._features = self._features[self.stride_frames :]
