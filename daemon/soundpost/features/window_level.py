"""The level of overlapping windows."""

import numpy as np

from soundpost.audio import Pcm, mean_square_dbfs
from soundpost.audio.chunk import sum_of_squares


class WindowLevel:
    """Computes the level of each window of a stretch from what it adds to the window before.

    A window of the default model shares seven eighths of its samples with the one before. Energies
    of int16 samples are whole numbers below 2^53, which float64 adds and subtracts exactly, so the
    level equals `level_dbfs` of the window to the bit.

    Args:
        stride_samples: Samples from one window's start to the next one's.
    """

    def __init__(self, stride_samples: int) -> None:
        self._stride_samples = stride_samples
        self.restart()

    def restart(self) -> None:
        """Starts a new stretch, whose first window shares no sample with another one."""
        self._kept_energy, self._kept_samples = 0.0, 0

    def next_dbfs(self, samples: Pcm) -> float:
        """Returns the level of the next window of the stretch.

        Args:
            samples: int16[window_samples].
        """
        energy = self._kept_energy + _energy(samples[self._kept_samples :])
        self._kept_energy = energy - _energy(samples[: self._stride_samples])
        self._kept_samples = len(samples) - self._stride_samples
        return mean_square_dbfs(energy / len(samples))


def _energy(samples: Pcm) -> float:
    return sum_of_squares(samples.astype(np.float64))
