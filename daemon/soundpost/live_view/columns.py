"""Columns of a spectrogram as bytes."""

import math

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost.features import FeatureSpec, LogMel

COLUMN_SECONDS = 0.05
"""About: a whole number of frames. Half a minute of them is as wide as a phone."""
NEPERS_PER_STEP = 0.05
"""0.43 dB. The 254 steps reach 12.7 nepers above silence, more than a full-scale sine."""
HIDDEN, LEAST, MOST = 0, 1, 255


class ColumnEncoder:
    """Computes columns: the loudest of some frames, in each band, as a byte.

    Args:
        spec: How the log-mel is made.

    Attributes:
        bands: The number of bands.
        column_samples: The length of a column.
        reach_samples: The samples after the last column that its last frame needs.
    """

    def __init__(self, spec: FeatureSpec) -> None:
        self._log_mel = LogMel(spec)
        self._frames = max(1, round(COLUMN_SECONDS * spec.sample_rate_hz / spec.hop_samples))
        self._silence = math.log(spec.log_offset)
        self.bands = spec.mel_bands
        self.column_samples = self._frames * spec.hop_samples
        self.reach_samples = spec.frame_samples - spec.hop_samples

    def encode(self, samples: Pcm, hidden: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Returns columns; one that a hidden sample has a part in is `HIDDEN` in all bands.

        The features are those of the samples with silence for the hidden ones, so nothing of these
        reaches a neighbouring column.

        Args:
            samples: int16[columns * column_samples + reach_samples].
            hidden: bool of the same length.

        Returns:
            uint8[columns, bands].
        """
        count = (len(samples) - self.reach_samples) // self.column_samples
        shown = np.where(hidden, np.int16(0), samples)
        log_mel = self._log_mel.compute(shown)[: count * self._frames]
        loudest = log_mel.reshape(count, self._frames, self.bands).max(axis=1)
        steps = np.rint((loudest - self._silence) / NEPERS_PER_STEP) + LEAST
        columns: NDArray[np.uint8] = np.clip(steps, LEAST, MOST).astype(np.uint8)
        for number in range(count):
            start = number * self.column_samples
            if hidden[start : start + self.column_samples + self.reach_samples].any():
                columns[number] = HIDDEN
        return columns
