"""Embeddings of networks that compute each frame once: statistics of their states."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.classify.network.parts import POSITIONS, TIME, Parts
from soundpost.classify.network.position_statistics import (
    MAXIMUM,
    MEAN,
    PEAK,
    PositionStatistics,
    WindowPositions,
)
from soundpost.classify.runtime import TensorInfo

DEFINITION = "activations-mean-maximum-peak"
"""The name of this definition in the description of a head; another definition has another."""

OF_STATES = "states-mean-maximum"
"""The name of the embedding of a network that gives no activations: the means and the maxima of the
positions, then those of each other state."""

DEFINITIONS = (DEFINITION, OF_STATES, "positions-mean-maximum")
"""These, and the name of an embedding of the positions alone, with which that of states begins:
heads on it run here too."""

States = Mapping[str, NDArray[Any]]


class WindowStates(msgspec.Struct, frozen=True):
    """The embedding of a window as the rows of each state that it is computed from.

    Attributes:
        of_states: The positions, then the other states.
    """

    of_states: tuple[WindowPositions, ...]

    def values(self) -> NDArray[np.float32]:
        """Returns float32[size]."""
        return np.concatenate([each.values() for each in self.of_states])


def compute(windows: Sequence[WindowStates]) -> NDArray[np.float32]:
    """Returns the embeddings of windows of one network, float32[n, size].

    Args:
        windows: In any order; at least one.
    """
    by_state = zip(*(window.of_states for window in windows), strict=True)
    return np.concatenate([state[0].statistics.compute(state) for state in by_state], axis=1)


class StateStatistics:
    """Gives the embedding of each window from the tensors that successive steps carry over.

    An embedding holds the statistics of the positions of the window (see `PositionStatistics`),
    then those of each other state in the order of their names, then those of each activation: of
    the rows that are new in each step, for all steps of the window. They are of earlier layers,
    which are less specialised in the labels of the network, so they say more of a sound that it
    never had.

    Of a network that gives activations the statistics are the means of the positions, and the
    means, maxima and peaks of all others; of one that gives none the means and maxima of all.

    Args:
        parts: The parts of a network.

    Attributes:
        size: Values of an embedding; 0 for a network that has none, because its positions lack
            those that are new in a step, or are not quantised.
        definition: The name of what they are; None for such a network.
    """

    def __init__(self, parts: Parts) -> None:
        steps = parts.steps
        new = steps.new_positions
        # The new rows are the last ones of a state, if it has so many; of an activation, all.
        states = {
            name: state
            for name, state in parts.states.items()
            if _is_quantised(state) and state.shape[TIME] >= new
        }
        activations = {
            name: each for name, each in parts.activations.items() if _is_quantised(each)
        }
        positions = states.pop(POSITIONS, None)
        of_positions = (MEAN,) if activations else (MEAN, MAXIMUM)
        of_others = (MEAN, MAXIMUM, PEAK) if activations else (MEAN, MAXIMUM)
        self._positions = PositionStatistics(positions, new, of_positions) if positions else None
        self._others: dict[str, PositionStatistics] = {}
        self._new: dict[str, int] = {}
        self._kept: dict[str, NDArray[np.int8]] = {}
        for name in (*sorted(states), *sorted(activations)) if positions else ():
            tensor = states.get(name) or activations[name]
            batch, rows, *rest = tensor.shape
            self._new[name] = new if name in states else rows
            shape = (batch, (steps.steps_of_window - 1) * self._new[name], *rest)
            tensor = replace(tensor, shape=shape)
            self._others[name] = PositionStatistics(tensor, self._new[name], of_others)
            self._kept[name] = np.zeros(shape, np.int8)
        known = [self._positions, *self._others.values()]
        self.size = sum(each.size for each in known if each)
        of_these = DEFINITION if activations else OF_STATES
        self.definition = of_these if self.size else None

    def advance(self, before: States, after: States) -> WindowStates:
        """Returns the embedding of the window that ends with a step.

        It is that of the window once as many steps as it has have followed each other.

        Args:
            before: What the step read, by name.
            after: What it carries over and gives besides.
        """
        if self._positions is None:
            raise ValueError("the network has no embedding")
        parts = [WindowPositions(self._positions, before[POSITIONS], after[POSITIONS])]
        for name, statistics in self._others.items():
            kept, new = self._kept[name], after[name][:, -self._new[name] :]
            self._kept[name] = np.concatenate((kept[:, new.shape[TIME] :], new), axis=TIME)
            parts.append(WindowPositions(statistics, kept, self._kept[name]))
        return WindowStates(tuple(parts))


def _is_quantised(tensor: TensorInfo) -> bool:
    return tensor.dtype == "int8" and tensor.scale > 0.0
