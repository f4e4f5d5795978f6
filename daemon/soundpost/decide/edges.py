"""Samples at which a sound begins and ends inside a window, whatever the window contains."""

import numpy as np
from numpy.typing import NDArray

from soundpost.decide.onset import (
    narrow_offset_frame,
    narrow_onset_frame,
    offset_frame,
    onset_frame,
)
from soundpost.events import AnyWindow, WaveformWindow
from soundpost.features import FeatureSpec, LogMel


class SoundEdges:
    """Locates the onset and the offset of a sound inside windows, to a frame of log-mel.

    The log-mel of a window of samples is computed when an event starts or ends in it, which is
    rare. Such windows are longer than those of our models, and many of their sounds are narrow:
    the level of the whole band would miss a bird above wind.

    Args:
        spec: The parameters of the log-mel that windows contain, or that is computed.
    """

    def __init__(self, spec: FeatureSpec) -> None:
        self._spec = spec
        self._front_end: LogMel | None = None
        self._latest: tuple[WaveformWindow, NDArray[np.float32]] | None = None

    def onset_sample(self, window: AnyWindow) -> int:
        """Returns the position of the first sample of the sound, since the start of capture."""
        if isinstance(window, WaveformWindow):
            frame = narrow_onset_frame(self._log_mel(window))
        else:
            frame = onset_frame(window.log_mel)
        return window.start_sample + frame * self._spec.hop_samples

    def offset_sample(self, window: AnyWindow) -> int:
        """Returns the position one past the last sample of the sound."""
        if isinstance(window, WaveformWindow):
            frame = narrow_offset_frame(self._log_mel(window))
        else:
            frame = offset_frame(window.log_mel)
        return window.start_sample + frame * self._spec.hop_samples

    def _log_mel(self, window: WaveformWindow) -> NDArray[np.float32]:
        """Returns the log-mel of a window; events of many labels may start in the same one."""
        if self._latest is None or self._latest[0] is not window:
            # Not at the start: at 384 kHz its weights and buffers take 11 MB.
            self._front_end = self._front_end or LogMel(self._spec)
            self._latest = window, self._front_end.compute(window.samples)
        return self._latest[1]
