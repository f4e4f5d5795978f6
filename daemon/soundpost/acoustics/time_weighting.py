"""The time weighting F of IEC 61672-1: the exponential mean of a squared signal."""

import math
from array import array

import numpy as np
from numpy.typing import NDArray

FAST_SECONDS = 0.125
"""The time constant of the weighting F (IEC 61672-1:2013, section 5.8)."""
_STEPS_PER_SECOND = 200
"""Between two values the mean decays by at most 0.17 dB, by which a maximum may be too low."""


class FastWeighting:
    """Computes the exponential mean of squares, and takes its value 200 times a second.

    Args:
        rate_hz: The sample rate.

    Attributes:
        step_samples: The samples between two values.
    """

    def __init__(self, rate_hz: int) -> None:
        self.step_samples = round(rate_hz / _STEPS_PER_SECOND)
        self._first_samples = round(FAST_SECONDS * rate_hz)
        self._decay = math.exp(-1.0 / (FAST_SECONDS * rate_hz))
        ages = np.arange(self.step_samples - 1, -1, -1)
        self._weights = (1.0 - self._decay) * self._decay**ages
        self._step_decay = self._decay**self.step_samples
        self._mean = 0.0
        self._values = array("d")

    def restart(self, squares: NDArray[np.float64]) -> None:
        """Begins a stretch with the mean of its first 125 ms, or less, in place of silence.

        Args:
            squares: float64[n], the first block.
        """
        self._mean = float(squares[: self._first_samples].mean())

    def add(self, squares: NDArray[np.float64]) -> None:
        """Adds a block; a rest shorter than a step changes the mean, and gives no value.

        Args:
            squares: float64[n].
        """
        step = self.step_samples
        whole = len(squares) // step * step
        energies = np.einsum("ij,j->i", squares[:whole].reshape(-1, step), self._weights)
        for energy in energies.tolist():
            self._mean = self._mean * self._step_decay + energy
            self._values.append(self._mean)
        rest = squares[whole:]
        if len(rest):
            energy = float((rest * self._weights[step - len(rest) :]).sum())
            self._mean = self._mean * self._decay ** len(rest) + energy

    def pop_values(self) -> NDArray[np.float64]:
        """Removes and returns the values since the last call, float64[n]."""
        values, self._values = np.array(self._values), array("d")
        return values
