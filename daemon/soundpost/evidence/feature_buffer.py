"""The log-mel of what was heard last, as it was computed for the classifier."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from soundpost.events import Window
from soundpost.features import FeatureSpec


class FeatureBuffer:
    """Remembers the frames of windows, so that the picture of a clip need not compute them again.

    Args:
        spec: How the log-mel of the windows is made.
    """

    def __init__(self, spec: FeatureSpec) -> None:
        self._spec = spec
        self._reach_samples = spec.frame_samples - spec.hop_samples
        self._windows: deque[Window] = deque()

    def remember(self, window: Window) -> None:
        """Add the frames of a window, in the order of the windows."""
        windows, start_sample = self._windows, window.start_sample
        if windows and start_sample <= windows[-1].start_sample:  # somebody counts anew
            windows.clear()
        # Of windows that overlap as many are held as are needed to have each frame.
        if len(windows) > 1 and start_sample <= windows[-2].end_sample - self._reach_samples:
            windows.pop()
        windows.append(window)

    def drop_before(self, until_sample: int) -> None:
        """Let go of what no clip can reach any more."""
        while len(self._windows) > 1 and self._windows[1].start_sample <= until_sample:
            self._windows.popleft()

    def cut(self, start_sample: int, length_samples: int) -> NDArray[np.float32] | None:
        """The log-mel of a stretch, float32[frames, mel_bands]; None if it is not known throughout.

        So it is where sound was lost, where the gate was shut, and between the windows' frames.
        """
        spec, found = self._spec, []
        wanted = spec.frame_count(length_samples)
        for window in self._windows:
            skipped, off_grid = divmod(start_sample - window.start_sample, spec.hop_samples)
            # The last window of a stretch goes on with silence that nobody heard.
            heard = spec.frame_count(window.end_sample - window.start_sample)
            if wanted and not off_grid and 0 <= skipped < heard:
                found.append(window.log_mel[skipped:heard][:wanted])
                wanted -= len(found[-1])
                start_sample += len(found[-1]) * spec.hop_samples
        return None if wanted or not found else np.concatenate(found)
