"""The noise floor, and what is over it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import Pcm, level_dbfs
from soundpost.gate.level_trigger import LevelTrigger, NoiseFloor

LEVELS = st.lists(st.floats(-120.0, 0.0), min_size=1, max_size=200)


def noise(level: float, count: int, seed: int = 0) -> list[Pcm]:
    """Blocks of white noise at a level in dBFS."""
    spread = 32_768 * 10 ** (level / 20)
    samples = np.random.default_rng(seed).normal(0.0, spread, (count, 320))
    return list(np.rint(samples).astype(np.int16))


@given(LEVELS, st.integers(1, 100))
def test_the_floor_is_within_what_was_heard(levels: list[float], memory_blocks: int) -> None:
    """Never under the quietest block nor over the loudest."""
    floor = NoiseFloor(memory_blocks)
    for count, level in enumerate(levels, start=1):
        assert min(levels[:count]) - 1e-9 <= floor.update(level) <= max(levels[:count]) + 1e-9


def test_the_floor_of_steady_noise_is_its_level() -> None:
    """Within half a decibel after half a minute."""
    floor = NoiseFloor(1_500)
    answers = [floor.update(level_dbfs(block)) for block in noise(-50.0, 1_600)]
    assert answers[-1] == pytest.approx(-50.0, abs=0.5)


def test_the_floor_ignores_what_is_loud_and_short() -> None:
    """A bark does not lift it."""
    floor = NoiseFloor(80)
    for level in [-50.0] * 100 + [-10.0] * 20:
        answer = floor.update(level)
    assert answer == pytest.approx(-50.0)


def test_the_floor_rises_with_the_place() -> None:
    """When rain sets in, it is the floor as soon as the memory holds nothing else."""
    floor = NoiseFloor(80)
    answers = [floor.update(level) for level in [-60.0] * 100 + [-40.0] * 200]
    assert answers[100 + 60] == pytest.approx(-60.0)
    assert answers[-1] == pytest.approx(-40.0, abs=0.1)


def test_the_floor_falls_at_once() -> None:
    """Smoothing apart, a quieter place is believed on the spot."""
    floor = NoiseFloor(1_500)
    answers = [floor.update(level) for level in [-40.0] * 100 + [-60.0] * 30]
    assert answers[-1] < -59.0


def test_until_the_floor_is_known_everything_is_heard() -> None:
    """When in doubt, listen."""
    trigger = LevelTrigger(10.0, floor_blocks=80)
    heard = [trigger.is_triggered(block) for block in noise(-60.0, 100)]
    assert heard == [True] * 79 + [False] * 21


def test_a_new_beginning_is_a_new_doubt() -> None:
    """After a gap the floor is learned anew."""
    trigger = LevelTrigger(10.0, floor_blocks=8)
    for block in noise(-60.0, 20):
        trigger.is_triggered(block)
    trigger.reset()
    assert trigger.is_triggered(noise(-60.0, 1)[0])


@pytest.mark.parametrize(("over_db", "heard"), [(8.0, False), (12.0, True)])
def test_the_threshold_counts_from_the_floor(over_db: float, heard: bool) -> None:  # noqa: FBT001 - a table of cases
    """10 dB over a floor at -60 dBFS."""
    trigger = LevelTrigger(10.0, floor_blocks=80)
    for block in noise(-60.0, 200):
        trigger.is_triggered(block)
    assert trigger.is_triggered(noise(-60.0 + over_db, 1)[0]) is heard


def test_digital_silence_opens_nothing() -> None:
    """Zeros after zeros are the floor itself."""
    trigger = LevelTrigger(10.0, floor_blocks=8)
    assert [trigger.is_triggered(np.zeros(320, np.int16)) for _ in range(20)][8:] == [False] * 12


def test_a_steady_sound_is_heard_no_more_once_it_is_the_floor() -> None:
    """The price of a floor that adapts: after its memory's length a siren is the place's noise."""
    trigger = LevelTrigger(10.0, floor_blocks=80)
    heard = [trigger.is_triggered(block) for block in noise(-60.0, 100) + noise(-30.0, 200)]
    assert all(heard[100:160])
    assert not any(heard[-80:])
