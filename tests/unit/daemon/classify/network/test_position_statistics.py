"""The statistics of the positions of a window."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.classify.network.position_statistics import (
    MAXIMUM,
    MEAN,
    PEAK,
    PositionStatistics,
    WindowPositions,
)
from soundpost.classify.runtime import TensorInfo

KEPT, BANDS, CHANNELS = 4, 2, 3
POSITIONS = TensorInfo(0, (1, KEPT, BANDS, CHANNELS), "int8", 0.25, -128)


def stretch(statistics: PositionStatistics, values: np.ndarray, new: int) -> list[WindowPositions]:
    """Returns the windows of successive positions, as a network makes them.

    Args:
        statistics: Computes the embeddings.
        values: int8[positions, bands, channels].
        new: Positions that are new in a window.
    """
    states = [values[None, at : at + KEPT] for at in range(0, len(values) - KEPT + 1, new)]
    return [WindowPositions(statistics, *pair) for pair in pairwise(states)]


def plain(values: np.ndarray, new: int) -> np.ndarray:
    """Returns the embeddings of the same windows in real values, computed in the plain way."""
    real = (values.astype(np.float64) + 128.0) * 0.25
    windows = [real[at : at + KEPT + new] for at in range(0, len(real) - KEPT - new + 1, new)]
    rows = np.stack(windows).reshape(len(windows), -1, CHANNELS)
    return np.concatenate((rows.mean(axis=1), rows.max(axis=1)), axis=1)


def random_positions(seed: int, count: int) -> np.ndarray:
    """Returns the positions of a stretch of sound."""
    return np.random.default_rng(seed).integers(-128, 128, (count, BANDS, CHANNELS), dtype=np.int8)


@pytest.mark.parametrize("new", [1, 2, 3, 4])
def test_an_embedding_is_the_mean_and_the_maximum_of_each_channel(new: int) -> None:
    """In real values, over positions and bands."""
    statistics = PositionStatistics(POSITIONS, new)
    values = random_positions(0, 41)
    windows = stretch(statistics, values, new)
    embeddings = statistics.compute(windows)
    assert statistics.size == 2 * CHANNELS
    assert embeddings.dtype == np.float32
    np.testing.assert_allclose(embeddings, plain(values, new), rtol=1e-6)


@pytest.mark.parametrize("new", [1, 2, 4])
def test_the_peak_is_the_highest_mean_of_a_step(new: int) -> None:
    """Of the steps of the window, in real values; one alone has the bits that it has among others.

    The steps of a window begin with its first position.
    """
    statistics = PositionStatistics(POSITIONS, new, (MEAN, PEAK, MAXIMUM))
    values = random_positions(3, 41)
    windows = stretch(statistics, values, new)
    embeddings = statistics.compute(windows)
    real = (values.astype(np.float64) + 128.0) * 0.25
    for at, embedding in enumerate(embeddings):
        window = real[at * new : at * new + KEPT + new]
        means = window.reshape(-1, new * BANDS, CHANNELS).mean(axis=1)
        np.testing.assert_allclose(embedding[CHANNELS : 2 * CHANNELS], means.max(axis=0), rtol=1e-6)
    alone = np.stack([window.values() for window in [*windows[5:9], *windows[1:3]]])
    assert np.array_equal(alone, embeddings[[5, 6, 7, 8, 1, 2]])


def test_an_embedding_may_have_the_means_alone() -> None:
    """The same bits as with other statistics behind them."""
    values = random_positions(4, 20)
    means, both = PositionStatistics(POSITIONS, 1, (MEAN,)), PositionStatistics(POSITIONS, 1)
    expected = both.compute(stretch(both, values, 1))[:, :CHANNELS]
    windows = stretch(means, values, 1)
    assert means.size == CHANNELS
    assert np.array_equal(means.compute(windows), expected)
    assert np.array_equal(np.stack([window.values() for window in windows]), expected)


def test_the_extreme_values_of_int8_do_not_overflow() -> None:
    """The sums are wider than the values."""
    tensor = TensorInfo(0, (1, 600, BANDS, CHANNELS), "int8", 0.25, -128)
    statistics = PositionStatistics(tensor, 600)
    for value, real in ((-128, 0.0), (127, 63.75)):
        state = np.full((1, 600, BANDS, CHANNELS), value, np.int8)
        window = WindowPositions(statistics, state, state)
        for embedding in (window.values(), statistics.compute([window])[0]):
            assert np.array_equal(embedding, np.full(2 * CHANNELS, real, np.float32))


@given(st.integers(1, 4), st.data())
def test_a_window_has_the_same_bits_alone_and_among_others(new: int, data: st.DataObject) -> None:
    """In any order: with those it follows, with others, and computed twice."""
    statistics, other = PositionStatistics(POSITIONS, new), PositionStatistics(POSITIONS, new)
    both = [stretch(statistics, random_positions(seed, 23), new) for seed in (1, 2)]
    places = st.tuples(st.integers(0, 1), st.integers(0, len(both[0]) - 1))
    order = data.draw(st.lists(places, min_size=1, max_size=9))
    # Each place, and some that follow it, so that most windows go on from the one before.
    windows = [window for seed, at in order for window in both[seed][at : at + 5]]
    together = statistics.compute(windows)
    for window, embedding in zip(windows, together, strict=True):
        assert window.values().tobytes() == embedding.tobytes()
        alone = WindowPositions(other, window.before.copy(), window.latest.copy())
        assert alone.values().tobytes() == embedding.tobytes()


def test_values_of_a_window_stay_when_the_next_one_is_computed() -> None:
    """They are an array of their own."""
    first, second = stretch(PositionStatistics(POSITIONS, 1), random_positions(3, 6), 1)
    values = first.values()
    kept = values.copy()
    assert not np.array_equal(second.values(), kept)
    assert np.array_equal(values, kept)
