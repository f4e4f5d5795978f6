"""The latest log-mel frames, as they were computed for the classifier."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from soundpost.events import Scores, Window
from soundpost.features import FeatureSpec


class FeatureBuffer:
    """Buffers the frames of windows, so that a clip's spectrogram needs no second computation.

    Args:
        spec: How the log-mel of the windows is made.
        model: Position of the model whose windows have it; None if none has.
    """

    def __init__(self, spec: FeatureSpec, model: int | None = 0) -> None:
        self._spec = spec
        self._model = model
        self._reach_samples = spec.frame_samples - spec.hop_samples
        self._windows: deque[Window] = deque()

    def on_scores(self, scores: Scores) -> None:
        """Adds the frames of the model's windows, and leaves out those of the others."""
        if scores.model == self._model and isinstance(scores.window, Window):
            self.append(scores.window)

    def append(self, window: Window) -> None:
        """Adds the frames of a window; windows come in their order."""
        windows, start_sample = self._windows, window.start_sample
        if windows and start_sample <= windows[-1].start_sample:  # a source counts from 0 again
            windows.clear()
        # Of overlapping windows only those are held that are needed to have every frame.
        if len(windows) > 1 and start_sample <= windows[-2].end_sample - self._reach_samples:
            windows.pop()
        windows.append(window)

    def drop_before(self, until_sample: int) -> None:
        """Drops windows that no clip can reach any more."""
        while len(self._windows) > 1 and self._windows[1].start_sample <= until_sample:
            self._windows.popleft()

    def cut(self, start_sample: int, length_samples: int) -> NDArray[np.float32] | None:
        """Returns the log-mel of a stretch, float32[frames, mel_bands], or None if part is missing.

        Parts are missing where sound was lost, where the gate was closed, and where the stretch
        does not begin on a frame of a window.
        """
        spec, found = self._spec, []
        wanted = spec.frame_count(length_samples)
        for window in self._windows:
            skipped, off_grid = divmod(start_sample - window.start_sample, spec.hop_samples)
            # The last window before a gap is filled up with silence, which is not part of it.
            captured = spec.frame_count(window.end_sample - window.start_sample)
            if wanted and not off_grid and 0 <= skipped < captured:
                found.append(window.log_mel[skipped:captured][:wanted])
                wanted -= len(found[-1])
                start_sample += len(found[-1]) * spec.hop_samples
        return None if wanted or not found else np.concatenate(found)
