"""The embedding of a window is of the rows that its own steps compute."""

from collections import defaultdict
from copy import copy

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streaming_bundle import streaming_bundle

from soundpost.classify.network.parts import FRAMES, POSITIONS, Parts
from soundpost.classify.network.state_statistics import StateStatistics
from soundpost.classify.network.step_statistics import States
from soundpost.classify.runtime import TensorInfo

NETWORK = Parts(streaming_bundle(), 1)


def random_steps(count: int) -> list[States]:
    """Returns what successive steps give, for random frames."""
    rng = np.random.default_rng(0)
    states = {name: np.zeros(state.shape, np.int8) for name, state in NETWORK.states.items()}
    results: list[States] = []
    for _ in range(count):
        frames = rng.integers(-128, 128, NETWORK.advance.inputs[FRAMES].shape, dtype=np.int8)
        outputs = NETWORK.advance.run({**states, FRAMES: frames})
        states = {name: outputs[name] for name in NETWORK.states}
        results.append(states)
    return results


def test_an_embedding_has_statistics_of_the_new_rows_of_all_steps_of_the_window() -> None:
    """Means and maxima; of all but the positions the highest means of a step too."""
    statistics = StateStatistics(NETWORK)
    new, rows = NETWORK.steps.new_positions, defaultdict(list)
    for step in random_steps(2 * NETWORK.steps.steps_of_window):
        embedding = statistics.advance(step).values()
        for name, each in step.items():
            rows[name].append(each[0, -new:])
    real = {}
    for name, tensor in NETWORK.states.items():
        steps = NETWORK.steps.steps_of_window
        if name == POSITIONS:
            steps = NETWORK.steps.window_positions // new
        values = np.stack(rows[name][-steps:]).reshape(steps, -1, tensor.shape[-1])
        real[name] = (values.astype(np.float64) - tensor.zero_point) * tensor.scale
    others = sorted(NETWORK.states.keys() - {POSITIONS})
    expected = [
        *(part(axis=(0, 1)) for part in (real[POSITIONS].mean, real[POSITIONS].max)),
        *(real[name].mean(axis=(0, 1)) for name in others),
        *(real[name].max(axis=(0, 1)) for name in others),
        *(real[name].mean(axis=1).max(axis=0) for name in others),
    ]
    assert embedding.shape == (statistics.size,)
    np.testing.assert_allclose(embedding, np.concatenate(expected), rtol=1e-5, atol=1e-6)


def test_states_that_are_not_quantised_are_left_out() -> None:
    """Means of whole numbers are the same bits in any order."""
    changed = copy(NETWORK)
    floats = {"state_1": TensorInfo(0, (1, 3, 14, 5), "float32", 0.0, 0)}
    changed.states = NETWORK.states | floats
    assert StateStatistics(changed).size == StateStatistics(NETWORK).size


def test_the_positions_alone_are_an_embedding_too() -> None:
    """A network may carry over nothing else."""
    changed = copy(NETWORK)
    changed.states = {POSITIONS: NETWORK.states[POSITIONS]}
    alone, both = StateStatistics(changed), StateStatistics(NETWORK)
    steps = random_steps(12)
    windows = [alone.advance(step) for step in steps]
    expected = [both.advance(step).values()[: alone.size] for step in steps]
    assert np.array_equal(alone.compute_all(windows), expected)
    assert np.array_equal([window.values() for window in windows], expected)


@pytest.mark.parametrize("positions", [7, 5])
def test_a_window_without_a_whole_number_of_steps_has_no_embedding(positions: int) -> None:
    """The oldest step would belong to it in part."""
    changed = copy(NETWORK)
    changed.steps = msgspec.structs.replace(
        NETWORK.steps, new_positions=2, window_positions=positions
    )
    statistics = StateStatistics(changed)
    assert statistics.size == 0
    with pytest.raises(ValueError, match="no embedding"):
        statistics.advance({})


def test_steps_before_the_window_leave_nothing_in_its_embedding() -> None:
    """Whatever they computed."""
    fresh, used = StateStatistics(NETWORK), StateStatistics(NETWORK)
    for step in random_steps(5):
        used.advance(step).values()
    for step in reversed(random_steps(5 + NETWORK.steps.steps_of_window)):
        expected, embedding = (each.advance(step).values() for each in (fresh, used))
    assert np.array_equal(embedding, expected)


STEPS = random_steps(30)


@given(st.lists(st.integers(0, len(STEPS) - 1), min_size=1, max_size=20))
def test_a_window_has_the_same_bits_after_any_other(order: list[int]) -> None:
    """Those of a minute are computed when it ends, and live ones between them."""
    statistics = StateStatistics(NETWORK)
    windows = [statistics.advance(step) for step in STEPS]
    expected = [window.values() for window in windows]
    for at in order:
        for window, values in zip(windows[at : at + 3], expected[at : at + 3], strict=True):
            assert window.values().tobytes() == values.tobytes()


@given(st.lists(st.integers(0, len(STEPS) - 1), min_size=1, max_size=6))
def test_many_windows_at_once_have_the_bits_of_each_alone(order: list[int]) -> None:
    """In any order, with some that follow each other."""
    statistics = StateStatistics(NETWORK)
    every = [statistics.advance(step) for step in STEPS]
    windows = [window for at in order for window in every[at : at + 4]]
    together = statistics.compute_all(windows)
    assert together.tobytes() == np.stack([window.values() for window in windows]).tobytes()


def test_values_of_a_window_stay_when_the_next_one_is_computed() -> None:
    """They are an array of their own."""
    statistics = StateStatistics(NETWORK)
    first, second = (statistics.advance(step) for step in STEPS[:2])
    values = first.values()
    kept = values.copy()
    assert not np.array_equal(second.values(), kept)
    assert np.array_equal(values, kept)
