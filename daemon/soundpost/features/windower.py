"""Overlapping log-mel windows, cut from a stream of chunks."""

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost.errors import FeatureError
from soundpost.events import Window
from soundpost.features.log_mel import LogMel
from soundpost.features.spec import FeatureSpec
from soundpost.features.window_stream import WindowStream

LogMelFrames = NDArray[np.float32]

SHARED_STRIDES = 4
"""Windows that lie in the same memory: those of a long chunk then take a third of the memory that
copies would take. A clip that keeps one of them keeps half as much again."""


class Windower(WindowStream[Window]):
    """Turns chunks into log-mel windows; overlapping windows share their common frames.

    Most windows are views of the memory in which the one before them lies, too.

    Frames are computed a stride at a time, when a window needs them: a call for each chunk of
    30 ms would cost five times as much, and the arithmetic would depend on the chunks' size.

    Args:
        spec: The parameters of log-mel.
        window_frames: Frames in a window.
        stride_frames: Frames from one window's start to the next one's.
        log_mel: Computes the frames; by default one of its own.

    Raises:
        FeatureError: `stride_frames` is not between 1 and `window_frames`.
    """

    def __init__(
        self,
        spec: FeatureSpec,
        window_frames: int,
        stride_frames: int,
        log_mel: LogMel | None = None,
    ) -> None:
        if not 1 <= stride_frames <= window_frames:
            raise FeatureError(
                f"expected a stride of 1 to {window_frames} frames, got {stride_frames}",
                hint="use the stride of the manifest; a longer one would skip sound",
            )
        self._hop_samples = spec.hop_samples
        self._stride_frames = stride_frames
        self._capacity_frames = window_frames + SHARED_STRIDES * stride_frames
        self._log_mel = log_mel or LogMel(spec)
        super().__init__(
            spec.sample_count(window_frames),
            stride_frames * spec.hop_samples,
            spec.sample_rate_hz,
        )

    def _restart(self, start_sample: int) -> None:
        super()._restart(start_sample)
        self._stretch = object()
        self._memory = np.empty((0, self._log_mel.spec.mel_bands), np.float32)
        self._begin = self._end = 0  # of the frames that are known, in the memory

    def _cut(self, samples: Pcm, start_sample: int, utc_ns: int, level_dbfs: float) -> Window:
        known_samples = (self._end - self._begin) * self._hop_samples
        fresh = self._log_mel.compute_at(start_sample + known_samples, samples[known_samples:])
        log_mel = self._append(fresh)
        log_mel.flags.writeable = False  # the next window shares these frames
        return Window(
            start_sample=start_sample,
            end_sample=start_sample + len(samples),
            log_mel=log_mel,
            level_dbfs=level_dbfs,
            utc_ns=utc_ns,
            stretch=self._stretch,
        )

    def _advance(self, samples: Pcm) -> None:
        super()._advance(samples)
        self._begin += self._stride_frames

    def _append(self, fresh: LogMelFrames) -> LogMelFrames:
        """Returns the known frames with those that follow them, as a view."""
        end = self._end + len(fresh)
        if end > len(self._memory):
            # Windows that were cut before keep the old memory.
            known = self._memory[self._begin : self._end]
            self._memory = np.empty((self._capacity_frames, self._memory.shape[1]), np.float32)
            self._memory[: len(known)] = known
            self._begin, self._end, end = 0, len(known), len(known) + len(fresh)
        self._memory[self._end : end] = fresh
        self._end = end
        return self._memory[self._begin : end]
