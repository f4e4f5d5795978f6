"""The noise floor follows the quietest level of a place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import level_dbfs
from soundpost.audio.noise_floor import NoiseFloor

LEVELS = st.lists(st.floats(-120.0, 0.0), min_size=1, max_size=200)


@given(LEVELS, st.integers(1, 100))
def test_the_floor_is_within_the_levels_so_far(levels: list[float], memory_blocks: int) -> None:
    """The floor is never below the quietest block nor above the loudest."""
    floor = NoiseFloor(memory_blocks)
    for count, level in enumerate(levels, start=1):
        assert min(levels[:count]) - 1e-9 <= floor.update(level) <= max(levels[:count]) + 1e-9


def test_the_floor_of_steady_noise_is_its_level() -> None:
    """After half a minute it is right within half a decibel."""
    spread = 32_768 * 10 ** (-50.0 / 20)
    samples = np.random.default_rng(0).normal(0.0, spread, (1_600, 320))
    floor = NoiseFloor(1_500)
    floors = [floor.update(level_dbfs(block)) for block in np.rint(samples).astype(np.int16)]
    assert floors[-1] == pytest.approx(-50.0, abs=0.5)


def test_the_floor_ignores_short_loud_sounds() -> None:
    """A bark does not raise it."""
    floor = NoiseFloor(80)
    for level in [-50.0] * 100 + [-10.0] * 20:
        floor_dbfs = floor.update(level)
    assert floor_dbfs == pytest.approx(-50.0)


def test_the_floor_rises_with_the_place() -> None:
    """Rain becomes the floor as soon as the memory holds nothing else."""
    floor = NoiseFloor(80)
    floors = [floor.update(level) for level in [-60.0] * 100 + [-40.0] * 200]
    assert floors[100 + 60] == pytest.approx(-60.0)
    assert floors[-1] == pytest.approx(-40.0, abs=0.1)


def test_the_floor_falls_at_once() -> None:
    """Apart from smoothing, a quieter place lowers it immediately."""
    floor = NoiseFloor(1_500)
    floors = [floor.update(level) for level in [-40.0] * 100 + [-60.0] * 30]
    assert floors[-1] < -59.0
