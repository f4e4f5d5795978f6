"""Overlapping log-mel windows, cut from a stream of chunks."""

import numpy as np

from soundpost.audio import Pcm
from soundpost.errors import FeatureError
from soundpost.events import Window
from soundpost.features.log_mel import LogMel
from soundpost.features.spec import FeatureSpec
from soundpost.features.window_stream import WindowStream


class Windower(WindowStream[Window]):
    """Turns chunks into log-mel windows; overlapping windows share their common frames.

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
        self._log_mel = log_mel or LogMel(spec)
        super().__init__(
            spec.sample_count(window_frames),
            stride_frames * spec.hop_samples,
            spec.sample_rate_hz,
        )

    def _restart(self, start_sample: int) -> None:
        super()._restart(start_sample)
        self._stretch = object()
        self._features = np.empty((0, self._log_mel.spec.mel_bands), np.float32)

    def _cut(self, samples: Pcm, start_sample: int, utc_ns: int, level_dbfs: float) -> Window:
        known_samples = len(self._features) * self._hop_samples
        fresh = self._log_mel.compute_at(start_sample + known_samples, samples[known_samples:])
        self._features = np.concatenate((self._features, fresh))
        self._features.flags.writeable = False  # the next window shares these frames
        return Window(
            start_sample=start_sample,
            end_sample=start_sample + len(samples),
            log_mel=self._features,
            level_dbfs=level_dbfs,
            utc_ns=utc_ns,
            stretch=self._stretch,
        )

    def _advance(self, samples: Pcm) -> None:
        super()._advance(samples)
        self._features = self._features[self._stride_frames :]
