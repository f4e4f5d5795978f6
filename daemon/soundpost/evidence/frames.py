"""The log-mel of what was heard last, as it was computed for the classifier."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from soundpost.events import Window
from soundpost.features import FeatureSpec


class Frames:
    """Remembers the frames of windows, so that the picture of a clip need not compute them again.

    Args:
        spec: How the log-mel of the windows is made.
    """

    def __init__(self, spec: FeatureSpec) -> None:
        self._spec = spec
        self._pieces: deque[tuple[int, NDArray[np.float32]]] = deque()
        self._next_sample = 0

    def remember(self, window: Window) -> None:
        """Add the frames of a window that were in none before, in the order of the windows."""
        start_sample, hop_samples = window.start_sample, self._spec.hop_samples
        # The last window of a stretch goes on with silence that nobody heard.
        heard = self._spec.frame_count(window.end_sample - start_sample)
        known = 0
        if start_sample < self._next_sample:
            known, off_grid = divmod(self._next_sample - start_sample, hop_samples)
            if off_grid or known > len(window.log_mel):  # somebody counts anew
                self._pieces.clear()
                known = 0
        if known < heard:
            # A copy, for the window has all the others, too.
            fresh = window.log_mel[known:heard].copy()
            self._pieces.append((start_sample + known * hop_samples, fresh))
            self._next_sample = start_sample + heard * hop_samples

    def forget(self, until_sample: int) -> None:
        """Let go of what no clip can reach any more."""
        while len(self._pieces) > 1 and self._pieces[1][0] <= until_sample:
            self._pieces.popleft()

    def cut(self, start_sample: int, length_samples: int) -> NDArray[np.float32] | None:
        """The log-mel of a stretch, float32[frames, mel_bands]; None if it is not known throughout.

        So it is where sound was lost, where the gate was shut, and between the windows' frames.
        """
        wanted = self._spec.frame_count(length_samples)
        found: list[NDArray[np.float32]] = []
        for first_sample, frames in self._pieces:
            skipped, off_grid = divmod(start_sample - first_sample, self._spec.hop_samples)
            if wanted and not off_grid and 0 <= skipped < len(frames):
                found.append(frames[skipped : skipped + wanted])
                wanted -= len(found[-1])
                start_sample += len(found[-1]) * self._spec.hop_samples
        return None if wanted or not found else np.concatenate(found)
