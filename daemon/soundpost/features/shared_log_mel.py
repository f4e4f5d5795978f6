"""Log-mel frames that several windowers of one stream share."""

import numpy as np
from numpy.typing import NDArray

from soundpost.features.log_mel import LogMel
from soundpost.features.spec import FeatureSpec


class SharedLogMel(LogMel):
    """Computes each frame of a stream once for several windowers, whatever windows these cut.

    A frame depends on its own samples only, so those of one specification at one position are the
    same for all. Frames that a windower requests too late are computed again.

    Args:
        spec: The parameters of the front end.
        kept_frames: The latest frames that are kept: two windows of the windower with the longest.
    """

    def __init__(self, spec: FeatureSpec, kept_frames: int) -> None:
        super().__init__(spec)
        self._kept_frames = kept_frames
        self.forget()

    def forget(self) -> None:
        """Forgets all frames, because the sound breaks off: the last ones hold silence."""
        self._start_sample = 0
        self._known = np.empty((0, self.spec.mel_bands), np.float32)

    def compute_at(self, start_sample: int, samples: NDArray[np.int16]) -> NDArray[np.float32]:
        """Returns the features of every whole frame; those that are known are not computed."""
        hop_samples = self.spec.hop_samples
        wanted = self.spec.frame_count(len(samples))
        skipped, off_grid = divmod(start_sample - self._start_sample, hop_samples)
        if off_grid or not 0 <= skipped <= len(self._known):
            self.forget()
            self._start_sample, skipped = start_sample, 0
        known = len(self._known) - skipped
        if known < wanted:
            fresh = self.compute(samples[known * hop_samples :])
            self._known = np.concatenate((self._known, fresh))
        features = self._known[skipped : skipped + wanted]
        surplus = len(self._known) - self._kept_frames
        if surplus > 0:
            self._known = self._known[surplus:]
            self._start_sample += surplus * hop_samples
        return features
