"""The embedding of a window is of the rows that its own steps compute."""

from collections import defaultdict

import numpy as np
from streaming_bundle import streaming_bundle

from soundpost.classify.network.parts import FRAMES, POSITIONS, Parts
from soundpost.classify.network.position_statistics import PositionStatistics, WindowPositions
from soundpost.classify.network.state_statistics import StateStatistics, compute

PARTS = Parts(streaming_bundle(), 1)


def steps(count: int) -> list[tuple[dict[str, np.ndarray], dict[str, np.ndarray]]]:
    """Returns what successive steps read and carry over, for random frames."""
    rng = np.random.default_rng(0)
    states = {name: np.zeros(state.shape, np.int8) for name, state in PARTS.states.items()}
    results = []
    for _ in range(count):
        frames = rng.integers(-128, 128, PARTS.advance.inputs[FRAMES].shape, dtype=np.int8)
        outputs = PARTS.advance.run({**states, FRAMES: frames})
        before, states = states, {name: outputs[name] for name in PARTS.states}
        results.append((before, states))
    return results


def test_an_embedding_has_the_mean_and_the_maximum_of_each_state() -> None:
    """First those of the positions; then those of the other states, for all steps of the window."""
    statistics = StateStatistics(PARTS)
    new, rows = PARTS.steps.new_positions, defaultdict(list)
    for before, after in steps(2 * PARTS.steps.steps_of_window):
        embedding = statistics.advance(before, after).values()
        for name, state in after.items():
            rows[name].append(state[0, -new:])
    lengths = dict.fromkeys(PARTS.states, PARTS.steps.steps_of_window)
    lengths[POSITIONS] = PARTS.steps.window_positions // new
    expected = []
    for name in (POSITIONS, *sorted(PARTS.states.keys() - {POSITIONS})):
        tensor = PARTS.states[name]
        values = np.concatenate(rows[name][-lengths[name] :]).reshape(-1, tensor.shape[-1])
        real = (values.astype(np.float64) - tensor.zero_point) * tensor.scale
        expected += [real.mean(axis=0), real.max(axis=0)]
    assert embedding.shape == (statistics.size,)
    np.testing.assert_allclose(embedding, np.concatenate(expected), rtol=1e-5)


def test_an_embedding_begins_with_the_statistics_of_the_positions() -> None:
    """Heads that were taught on these alone run on it, to the bit."""
    statistics = StateStatistics(PARTS)
    of_positions = PositionStatistics(PARTS.states[POSITIONS], PARTS.steps.new_positions)
    for before, after in steps(PARTS.steps.steps_of_window):
        positions = WindowPositions(of_positions, before[POSITIONS], after[POSITIONS])
        embedding = statistics.advance(before, after).values()
        assert np.array_equal(embedding[: of_positions.size], positions.values())


def test_steps_before_the_window_leave_nothing_in_its_embedding() -> None:
    """Whatever they carried."""
    fresh, used = StateStatistics(PARTS), StateStatistics(PARTS)
    for before, after in reversed(steps(5)):
        used.advance(before, after).values()
    for before, after in steps(PARTS.steps.steps_of_window):
        expected, embedding = (each.advance(before, after).values() for each in (fresh, used))
    assert np.array_equal(embedding, expected)


def test_many_windows_at_once_have_the_bits_of_each_alone() -> None:
    """Those of a minute are computed together."""
    statistics = StateStatistics(PARTS)
    windows = [statistics.advance(before, after) for before, after in steps(40)]
    together = compute([*windows[20:], *windows[:7]])
    assert np.array_equal(together, [each.values() for each in (*windows[20:], *windows[:7])])
