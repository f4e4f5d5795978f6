"""The statistics of the positions of a window."""

import numpy as np
import pytest

from soundpost.classify.network.position_statistics import PositionStatistics
from soundpost.classify.runtime import TensorInfo

POSITIONS = TensorInfo(0, (1, 5, 2, 3), "int8", 0.25, -128)


def test_an_embedding_is_the_mean_and_the_maximum_of_each_channel() -> None:
    """In real values, over positions and bands."""
    positions = np.random.default_rng(0).integers(-128, 128, (4, 6, 2, 3), dtype=np.int8)
    real = (positions.astype(np.float64) + 128.0) * 0.25
    rows = real.reshape(4, 12, 3)
    expected = np.concatenate((rows.mean(axis=1), rows.max(axis=1)), axis=1)
    statistics = PositionStatistics(POSITIONS, 6)
    assert statistics.size == 6
    embeddings = statistics.compute(positions)
    assert embeddings.dtype == np.float32
    np.testing.assert_allclose(embeddings, expected, rtol=1e-6)


def test_the_extreme_values_of_int8_do_not_overflow() -> None:
    """The sums are wider than the values."""
    statistics = PositionStatistics(POSITIONS, 600)
    for value, real in ((-128, 0.0), (127, 63.75)):
        positions = np.full((1, 600, 2, 3), value, np.int8)
        assert np.array_equal(statistics.compute(positions), np.full((1, 6), real, np.float32))


def test_a_window_has_the_same_bits_alone_and_among_others() -> None:
    """Whole numbers are summed."""
    positions = np.random.default_rng(1).integers(-128, 128, (33, 6, 2, 3), dtype=np.int8)
    statistics = PositionStatistics(POSITIONS, 6)
    alone = [statistics.compute(each[None])[0] for each in positions]
    assert np.array_equal(statistics.compute(positions), np.stack(alone))


@pytest.mark.parametrize("new", [1, 2, 3])
def test_a_window_has_the_same_bits_when_the_one_before_goes_on(new: int) -> None:
    """New positions take the place of the oldest ones, from the middle of the rows too."""
    stretch = np.random.default_rng(2).integers(-128, 128, (46, 2, 3), dtype=np.int8)
    starts = range(0, len(stretch) - 5, new)
    expected = PositionStatistics(POSITIONS, 6).compute(
        np.stack([stretch[start : start + 6] for start in starts])
    )
    statistics = PositionStatistics(POSITIONS, 6)
    statistics.begin(stretch[: 6 - new])
    for start, embedding in zip(starts, expected, strict=True):
        added = stretch[start + 6 - new : start + 6]
        assert np.array_equal(statistics.advance(added)[0], embedding)
