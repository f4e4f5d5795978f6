"""Level drops, distinguished from dusk, rain and single sounds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.audio import SILENCE_DBFS
from soundpost.monitor.level_drop import (
    COLLAPSE_DB,
    HISTORY_MINUTES,
    LEARNING_MINUTES,
    MINUTE_SECONDS,
    RECOVERY_DB,
    LevelDrop,
)

USUAL_DBFS = -45.0
COVERED_DBFS = USUAL_DBFS - COLLAPSE_DB - 1.0


def run_minutes(level_drop: LevelDrop, level_dbfs: float, minutes: int = 1) -> bool:
    """Returns whether it is raised after some minutes of a level."""
    for _ in range(minutes * MINUTE_SECONDS):
        level_drop.update(level_dbfs)
    return level_drop.is_raised


@pytest.fixture
def level_drop() -> LevelDrop:
    """Provides a level drop that has learned the usual level."""
    made = LevelDrop()
    run_minutes(made, USUAL_DBFS, LEARNING_MINUTES)
    return made


def test_a_minute_below_all_others_raises_it(level_drop: LevelDrop) -> None:
    """More than 12 dB below; it lasts until the level is back within 6 dB."""
    assert not run_minutes(level_drop, USUAL_DBFS - COLLAPSE_DB)
    level_drop = LevelDrop()
    run_minutes(level_drop, USUAL_DBFS, LEARNING_MINUTES)
    assert run_minutes(level_drop, COVERED_DBFS)
    assert run_minutes(level_drop, USUAL_DBFS - RECOVERY_DB - 1.0)
    assert not run_minutes(level_drop, USUAL_DBFS - RECOVERY_DB)


def test_nothing_is_raised_in_the_first_hour() -> None:
    """The usual level is not known yet."""
    new = LevelDrop()
    assert not run_minutes(new, USUAL_DBFS, LEARNING_MINUTES - 1)
    assert not run_minutes(new, COVERED_DBFS)


def test_a_level_that_was_as_low_before_raises_nothing(level_drop: LevelDrop) -> None:
    """Rain may start and end."""
    assert not run_minutes(level_drop, -20.0, 120)
    assert not run_minutes(level_drop, USUAL_DBFS, 5)


@settings(max_examples=20)
@given(st.lists(st.floats(-COLLAPSE_DB, COLLAPSE_DB), max_size=100))
def test_a_level_that_falls_step_by_step_raises_nothing(steps_db: list[float]) -> None:
    """Dusk and a calm night may lower it by any amount."""
    level_drop, level_dbfs = LevelDrop(), -10.0
    for _ in range(LEARNING_MINUTES):
        run_minutes(level_drop, level_dbfs)
    for step_db in steps_db:
        level_dbfs = min(max(level_dbfs + step_db, -100.0), 0.0)
        assert not run_minutes(level_drop, level_dbfs)


def test_single_sounds_do_not_hide_a_collapse(level_drop: LevelDrop) -> None:
    """The level of a minute is its median."""
    for second in range(MINUTE_SECONDS):
        level_drop.update(-10.0 if second % 3 == 0 else COVERED_DBFS)
    assert level_drop.is_raised


def test_digital_silence_is_left_out(level_drop: LevelDrop) -> None:
    """It is a problem of its own, and does not change the usual level."""
    assert not run_minutes(level_drop, SILENCE_DBFS, 60)
    assert run_minutes(level_drop, COVERED_DBFS)


def test_after_a_day_the_new_level_is_the_usual_one(level_drop: LevelDrop) -> None:
    """A permanent change is not reported for ever."""
    assert run_minutes(level_drop, COVERED_DBFS, HISTORY_MINUTES - 1)
    assert not run_minutes(level_drop, COVERED_DBFS)
    assert not run_minutes(level_drop, COVERED_DBFS, 10)
    assert run_minutes(level_drop, COVERED_DBFS - COLLAPSE_DB - 1.0)
