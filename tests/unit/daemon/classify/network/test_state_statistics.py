"""The embedding of a window is of the rows that its own steps compute."""

from collections import defaultdict
from copy import copy

import numpy as np
import pytest
from streaming_bundle import streaming_bundle

from soundpost.classify.network.parts import FRAMES, POSITIONS, Parts
from soundpost.classify.network.position_statistics import PositionStatistics, WindowPositions
from soundpost.classify.network.state_statistics import (
    DEFINITION,
    OF_STATES,
    States,
    StateStatistics,
    compute,
)
from soundpost.classify.runtime import TensorInfo

GIVEN = {
    "activation_1": TensorInfo(0, (1, 3, 14, 5), "int8", 0.25, -128),
    "activation_10": TensorInfo(1, (1, 1, 6, 7), "int8", 0.5, -100),
}
"""Activations of a network that gives any."""


def parts(*, gives_activations: bool) -> Parts:
    """Returns the parts of `everyday`, with other activations or without any."""
    changed = copy(Parts(streaming_bundle(), 1))
    changed.activations = GIVEN if gives_activations else {}
    return changed


WITHOUT, WITH = parts(gives_activations=False), parts(gives_activations=True)
BOTH = pytest.mark.parametrize("network", [WITHOUT, WITH], ids=["states", "activations"])


def steps(network: Parts, count: int) -> list[tuple[States, States]]:
    """Returns what successive steps read and give, for random frames and activations."""
    rng = np.random.default_rng(0)
    states = {name: np.zeros(state.shape, np.int8) for name, state in network.states.items()}
    results = []
    for _ in range(count):
        frames = rng.integers(-128, 128, network.advance.inputs[FRAMES].shape, dtype=np.int8)
        outputs = network.advance.run({**states, FRAMES: frames})
        before, states = states, {name: outputs[name] for name in network.states}
        given = {
            name: rng.integers(-128, 128, each.shape, dtype=np.int8)
            for name, each in network.activations.items()
        }
        results.append((before, states | given))
    return results


@BOTH
def test_an_embedding_has_statistics_of_the_new_rows_of_all_steps_of_the_window(
    network: Parts,
) -> None:
    """Of the positions, of the other states and of the activations, in the order of their names."""
    statistics = StateStatistics(network)
    new, rows = network.steps.new_positions, defaultdict(list)
    for before, after in steps(network, 2 * network.steps.steps_of_window):
        embedding = statistics.advance(before, after).values()
        for name, each in after.items():
            rows[name].append(each[0] if name in network.activations else each[0, -new:])
    lengths = dict.fromkeys(rows, network.steps.steps_of_window)
    lengths[POSITIONS] = network.steps.window_positions // new
    expected = []
    names = POSITIONS, *sorted(network.states.keys() - {POSITIONS}), *sorted(network.activations)
    for name in names:
        tensor = (network.states | network.activations)[name]
        values = np.stack(rows[name][-lengths[name] :]).reshape(lengths[name], -1, tensor.shape[-1])
        real = (values.astype(np.float64) - tensor.zero_point) * tensor.scale
        expected.append(real.mean(axis=(0, 1)))
        if not network.activations or name != POSITIONS:
            expected.append(real.max(axis=(0, 1)))
        if network.activations and name != POSITIONS:
            expected.append(real.mean(axis=1).max(axis=0))
    assert embedding.shape == (statistics.size,)
    np.testing.assert_allclose(embedding, np.concatenate(expected), rtol=1e-5, atol=1e-6)


def test_embeddings_of_other_statistics_have_other_names() -> None:
    """A head that was taught on one is never run on the other."""
    without, with_activations = StateStatistics(WITHOUT), StateStatistics(WITH)
    assert (without.definition, with_activations.definition) == (OF_STATES, DEFINITION)


def test_activations_that_are_not_quantised_are_left_out() -> None:
    """Means of whole numbers are the same bits in any order."""
    floats = copy(WITHOUT)
    floats.activations = {"activation_1": TensorInfo(0, (1, 3, 14, 5), "float32", 0.0, 0)}
    statistics = StateStatistics(floats)
    assert statistics.definition == OF_STATES
    assert statistics.size == StateStatistics(WITHOUT).size


def test_an_embedding_of_states_begins_with_the_statistics_of_the_positions() -> None:
    """Heads that were taught on these alone run on it, to the bit."""
    statistics = StateStatistics(WITHOUT)
    of_positions = PositionStatistics(WITHOUT.states[POSITIONS], WITHOUT.steps.new_positions)
    for before, after in steps(WITHOUT, WITHOUT.steps.steps_of_window):
        positions = WindowPositions(of_positions, before[POSITIONS], after[POSITIONS])
        embedding = statistics.advance(before, after).values()
        assert np.array_equal(embedding[: of_positions.size], positions.values())


@BOTH
def test_steps_before_the_window_leave_nothing_in_its_embedding(network: Parts) -> None:
    """Whatever they carried."""
    fresh, used = StateStatistics(network), StateStatistics(network)
    for before, after in reversed(steps(network, 5)):
        used.advance(before, after).values()
    for before, after in steps(network, network.steps.steps_of_window):
        expected, embedding = (each.advance(before, after).values() for each in (fresh, used))
    assert np.array_equal(embedding, expected)


@BOTH
def test_many_windows_at_once_have_the_bits_of_each_alone(network: Parts) -> None:
    """Those of a minute are computed together."""
    statistics = StateStatistics(network)
    windows = [statistics.advance(before, after) for before, after in steps(network, 40)]
    together = compute([*windows[20:], *windows[:7]])
    assert np.array_equal(together, [each.values() for each in (*windows[20:], *windows[:7])])
