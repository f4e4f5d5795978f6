"""The statistics of the rows of steps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.classify.network.step_statistics import StepRows, StepStatistics

STATE = StepRows("state", 4, 3, 0.5, -100)  # the last rows of more
ACTIVATION = StepRows("activation", 6, 5, 0.25, -128)
TENSORS = STATE, ACTIVATION
CHANNELS = STATE.channels + ACTIVATION.channels
SHAPES = {"state": (1, 5, 2, 3), "activation": (1, 3, 2, 5)}

Step = dict[str, np.ndarray]


def random_steps(seed: int, count: int) -> list[Step]:
    """Returns what successive steps give."""
    rng = np.random.default_rng(seed)
    return [
        {name: rng.integers(-128, 128, shape, dtype=np.int8) for name, shape in SHAPES.items()}
        for _ in range(count)
    ]


def window_of(statistics: StepStatistics) -> np.ndarray:
    """Returns sums, maxima and peaks of the latest steps, float32[3, channels]."""
    values = np.empty((3, CHANNELS), np.float32)
    statistics.put_sums(values[0])
    statistics.put_largest(values[1:].reshape(-1))
    return values


def plain(steps: list[Step]) -> np.ndarray:
    """Returns the same of a window with these steps, computed in the plain way."""
    rows = [[each.of(step).astype(int) for each in TENSORS] for step in steps]
    sums = np.array([np.concatenate([each.sum(0) for each in step]) for step in rows])
    maxima = np.array([np.concatenate([each.max(0) for each in step]) for step in rows])
    return np.stack((sums.sum(0), maxima.max(0), sums.max(0)))


def test_the_new_rows_are_the_last_ones_of_a_tensor() -> None:
    """A state holds rows of earlier steps before them."""
    (step,) = random_steps(0, 1)
    assert np.array_equal(STATE.of(step), step["state"][0, 3:].reshape(4, 3))
    assert np.array_equal(ACTIVATION.of(step), step["activation"].reshape(6, 5))


@given(st.integers(1, 6), st.integers(1, 20), st.integers(0, 2**16))
def test_a_window_has_the_statistics_of_its_own_steps(length: int, count: int, seed: int) -> None:
    """Whatever steps were before it."""
    statistics = StepStatistics(TENSORS, length, has_peaks=True)
    steps = random_steps(seed, length + count)
    for step in steps:
        statistics.add(step)
    assert np.array_equal(window_of(statistics), plain(steps[-length:]))


def test_the_peak_is_of_a_step_and_the_maximum_of_a_row() -> None:
    """A short sound has the sum of a lasting one, and another peak."""
    low, high = (
        {name: np.full(shape, value, np.int8) for name, shape in SHAPES.items()}
        for value in (-128, 127)
    )
    statistics = StepStatistics(TENSORS, 2, has_peaks=True)
    for step in (low, high):
        statistics.add(step)
    sums, maxima, peaks = window_of(statistics)
    assert set(sums.tolist()) == {-4.0, -6.0}
    assert set(maxima.tolist()) == {127.0}
    assert set(peaks.tolist()) == {4 * 127.0, 6 * 127.0}


def test_extreme_values_do_not_overflow() -> None:
    """The sums are wider than the values, and exact."""
    many = StepRows("many", 5000, 2, 1.0, 0)
    statistics = StepStatistics([many], 10, has_peaks=True)
    for value in (-128, 127):
        for _ in range(10):
            statistics.add({"many": np.full((1, 5000, 1, 2), value, np.int8)})
        sums, largest = np.empty(2, np.float32), np.empty(4, np.float32)
        statistics.put_sums(sums)
        statistics.put_largest(largest)
        assert sums.tolist() == [value * 50_000] * 2
        assert largest.tolist() == [value] * 2 + [value * 5000] * 2


def test_maxima_may_be_taken_without_peaks() -> None:
    """The same bits with and without them, of one window and of many."""
    without = StepStatistics(TENSORS, 3, has_peaks=False)
    steps = random_steps(1, 5)
    for step in steps:
        without.add(step)
    maxima = np.empty(CHANNELS, np.float32)
    without.put_largest(maxima)
    assert np.array_equal(maxima, plain(steps[2:])[1])
    sums, largest = without.windows(steps)
    assert np.array_equal(sums, [plain(steps[at : at + 3])[0] for at in range(3)])
    assert np.array_equal(largest, [plain(steps[at : at + 3])[1] for at in range(3)])
