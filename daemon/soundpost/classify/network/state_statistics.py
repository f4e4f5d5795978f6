"""Embeddings of networks that compute each frame once: statistics of their steps."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.classify.network.parts import POSITIONS, TIME, Parts
from soundpost.classify.network.step_statistics import States, StepRows, StepStatistics
from soundpost.classify.runtime import TensorInfo

DEFINITION = "means-maxima-peaks"
"""The name of this definition in the description of a head; another definition has another."""


class WindowStates(msgspec.Struct, frozen=True):
    """The embedding of a window as what its steps gave.

    These are arrays that the network makes anyway, so that a window whose embedding nothing needs
    costs next to nothing.

    Attributes:
        statistics: Computes it.
        steps: What each step of the window gave, the oldest first.
    """

    statistics: "StateStatistics"
    steps: tuple[States, ...]

    def values(self) -> NDArray[np.float32]:
        """Returns float32[size]."""
        return self.statistics.compute(self)

    def follows(self, step: States | None) -> bool:
        """Returns whether a step is the one before the newest of this window."""
        return len(self.steps) > 1 and self.steps[-2] is step


class StateStatistics:
    """Gives the embedding of each window from what successive steps compute.

    An embedding holds the mean of each channel of the positions of the window, then the maximum of
    each; then, of each other state, the means of all channels, the maxima and the peaks, over the
    rows that are new in the steps of the window. These are of earlier layers, which are less
    specialised in the labels of the network, so they say more of a sound that it never had. The
    peak is the highest mean of a step: it tells a short sound from a lasting one, which may have
    the same mean and the same maximum.

    Args:
        parts: The parts of a network.

    Attributes:
        size: Values of an embedding; 0 for a network that has none, because its positions are not
            quantised, or a window has no whole number of steps of them.
    """

    def __init__(self, parts: Parts) -> None:
        positions, others = _step_rows(parts)
        steps = parts.steps.steps_of_window
        # The first steps of a window may compute other states alone.
        self._position_steps = parts.steps.window_positions // parts.steps.new_positions
        self._positions = StepStatistics(positions, self._position_steps, has_peaks=False)
        self._others = StepStatistics(others, steps, has_peaks=True)
        scaled = [
            *((each, each.count * self._position_steps) for each in positions),
            *((each, 1) for each in positions),
            *((each, each.count * steps) for each in others),
            *((each, 1) for each in others),
            *((each, each.count) for each in others),
        ]
        self._factors, self._offsets = _scaling(scaled)
        self.size = len(self._factors)
        self._values = np.empty(self.size, np.float32)
        sizes = [self._positions.channels] * 2 + [self._others.channels]
        self._parts = np.split(self._values, np.cumsum(sizes))
        before = {name: np.zeros(each.shape, np.int8) for name, each in parts.states.items()}
        self._steps: tuple[States, ...] = (before,) * steps
        self._latest: States | None = None  # the newest step of those whose statistics are kept

    def advance(self, step: States) -> WindowStates:
        """Returns the embedding of the window that ends with a step.

        It is that of the window once as many steps as it has have followed each other.

        Args:
            step: What it gives.
        """
        if not self.size:
            raise ValueError("the network has no embedding")
        self._steps = (*self._steps[1:], step)
        return WindowStates(self, self._steps)

    def compute(self, window: WindowStates) -> NDArray[np.float32]:
        """Returns the embedding of a window, float32[size].

        One that follows the window of the call before has the rows of its newest step alone added.
        """
        for step in window.steps[-1:] if window.follows(self._latest) else window.steps:
            self._positions.add(step)
            self._others.add(step)
        self._latest = window.steps[-1]
        values = self._values
        means, maxima, means_of_others, largest_of_others = self._parts
        self._positions.put_sums(means)
        self._positions.put_largest(maxima)
        self._others.put_sums(means_of_others)
        self._others.put_largest(largest_of_others)
        np.subtract(values, self._offsets, values)
        return values * self._factors

    def compute_all(self, windows: Sequence[WindowStates]) -> NDArray[np.float32]:
        """Returns the embeddings of windows, float32[n, size], with the bits of each alone.

        Those that follow each other share their steps, of which each is reduced once.

        Args:
            windows: In any order; at least one.
        """
        embeddings = np.empty((len(windows), self.size), np.float32)
        start = 0
        for end in range(1, len(windows) + 1):
            if end == len(windows) or not windows[end].follows(windows[end - 1].steps[-1]):
                self._compute_successive(windows[start:end], embeddings[start:end])
                start = end
        return embeddings

    def _compute_successive(
        self, windows: Sequence[WindowStates], embeddings: NDArray[np.float32]
    ) -> None:
        """Fills the embeddings of windows of which each follows the one before."""
        steps = [*windows[0].steps, *(each.steps[-1] for each in windows[1:])]
        of_positions = steps[len(windows[0].steps) - self._position_steps :]
        parts = *self._positions.windows(of_positions), *self._others.windows(steps)
        np.concatenate(parts, axis=1, out=embeddings)
        np.subtract(embeddings, self._offsets, out=embeddings)
        np.multiply(embeddings, self._factors, out=embeddings)


def _step_rows(parts: Parts) -> tuple[list[StepRows], list[StepRows]]:
    """Returns the rows of the positions, and those of the other states by name.

    None of a network whose windows have no whole number of steps of positions.
    """
    new = parts.steps.new_positions
    # The new rows are the last ones of a state, if it has so many.
    states = {
        name: _rows(name, state, new)
        for name, state in sorted(parts.states.items())
        if state.dtype == "int8" and state.scale > 0.0 and state.shape[TIME] >= new
    }
    if POSITIONS not in states or parts.steps.window_positions % new:
        return [], []
    return [states.pop(POSITIONS)], list(states.values())


def _rows(name: str, tensor: TensorInfo, new: int) -> StepRows:
    *_, bands, channels = tensor.shape
    return StepRows(name, new * bands, channels, tensor.scale, tensor.zero_point)


def _scaling(
    scaled: Sequence[tuple[StepRows, int]],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Returns factors and offsets, so that a value is (statistic - offset) * factor.

    Args:
        scaled: Tensors, and how many of their values a statistic is the sum of.
    """
    channels = [tensor.channels for tensor, _ in scaled]
    factors = np.repeat([tensor.scale / count for tensor, count in scaled], channels)
    offsets = np.repeat([tensor.zero_point * count for tensor, count in scaled], channels)
    return factors.astype(np.float32), offsets.astype(np.float32)
