"""The gate's trigger for sound over the noise floor."""

import numpy as np
import pytest

from soundpost.audio import Pcm
from soundpost.gate.level_trigger import LevelTrigger


def noise(level_dbfs: float, count: int) -> list[Pcm]:
    """Returns blocks of white noise at a level."""
    spread = 32_768 * 10 ** (level_dbfs / 20)
    samples = np.random.default_rng(0).normal(0.0, spread, (count, 320))
    return list(np.rint(samples).astype(np.int16))


def test_every_block_triggers_until_the_floor_is_known() -> None:
    """Sound is not dropped as long as there is nothing to compare it to."""
    trigger = LevelTrigger(10.0, floor_blocks=80)
    triggered = [trigger.is_triggered(block) for block in noise(-60.0, 100)]
    assert triggered == [True] * 79 + [False] * 21


def test_a_reset_discards_the_floor() -> None:
    """The first block after a reset triggers again."""
    trigger = LevelTrigger(10.0, floor_blocks=8)
    for block in noise(-60.0, 20):
        trigger.is_triggered(block)
    trigger.reset()
    assert trigger.is_triggered(noise(-60.0, 1)[0])


@pytest.mark.parametrize(("over_db", "triggers"), [(8.0, False), (12.0, True)])
def test_the_threshold_counts_from_the_floor(over_db: float, triggers: bool) -> None:  # noqa: FBT001 - a table of cases
    """A block triggers 10 dB over a floor at -60 dBFS."""
    trigger = LevelTrigger(10.0, floor_blocks=80)
    for block in noise(-60.0, 200):
        trigger.is_triggered(block)
    assert trigger.is_triggered(noise(-60.0 + over_db, 1)[0]) is triggers


def test_digital_silence_does_not_trigger() -> None:
    """Zeros after zeros are the floor itself."""
    trigger = LevelTrigger(10.0, floor_blocks=8)
    assert [trigger.is_triggered(np.zeros(320, np.int16)) for _ in range(20)][8:] == [False] * 12


def test_a_steady_sound_triggers_until_it_is_the_floor() -> None:
    """A siren that lasts longer than the floor's memory becomes the floor."""
    trigger = LevelTrigger(10.0, floor_blocks=80)
    triggered = [trigger.is_triggered(block) for block in noise(-60.0, 100) + noise(-30.0, 200)]
    assert all(triggered[100:160])
    assert not any(triggered[-80:])
