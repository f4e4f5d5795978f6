"""Quieter than it ever was, told from dusk, rain and single sounds."""

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


def hear(collapse: LevelDrop, level_dbfs: float, minutes: int = 1) -> bool:
    """Whether it is raised after minutes of a level."""
    for _ in range(minutes * MINUTE_SECONDS):
        collapse.update(level_dbfs)
    return collapse.is_raised


@pytest.fixture
def collapse() -> LevelDrop:
    """One that knows its place."""
    made = LevelDrop()
    hear(made, USUAL_DBFS, LEARNING_MINUTES)
    return made


def test_a_minute_below_all_others_is_a_collapse(collapse: LevelDrop) -> None:
    """By more than 12 dB; it lasts until the level is back within 6."""
    assert not hear(collapse, USUAL_DBFS - COLLAPSE_DB)
    collapse = LevelDrop()
    hear(collapse, USUAL_DBFS, LEARNING_MINUTES)
    assert hear(collapse, COVERED_DBFS)
    assert hear(collapse, USUAL_DBFS - RECOVERY_DB - 1.0)
    assert not hear(collapse, USUAL_DBFS - RECOVERY_DB)


def test_it_is_not_judged_before_the_place_is_known() -> None:
    """In the first hour nothing is compared."""
    new = LevelDrop()
    assert not hear(new, USUAL_DBFS, LEARNING_MINUTES - 1)
    assert not hear(new, COVERED_DBFS)


def test_what_was_as_quiet_before_is_no_collapse(collapse: LevelDrop) -> None:
    """Rain that begins and ends takes nothing away."""
    assert not hear(collapse, -20.0, 120)
    assert not hear(collapse, USUAL_DBFS, 5)


@settings(max_examples=20)
@given(st.lists(st.floats(-COLLAPSE_DB, COLLAPSE_DB), max_size=100))
def test_a_level_that_falls_by_and_by_is_no_collapse(steps_db: list[float]) -> None:
    """However far dusk and a calm night bring it down."""
    collapse, level_dbfs = LevelDrop(), -10.0
    for _ in range(LEARNING_MINUTES):
        hear(collapse, level_dbfs)
    for step_db in steps_db:
        level_dbfs = min(max(level_dbfs + step_db, -100.0), 0.0)
        assert not hear(collapse, level_dbfs)


def test_single_sounds_do_not_hide_a_collapse(collapse: LevelDrop) -> None:
    """A minute goes by its median."""
    for second in range(MINUTE_SECONDS):
        collapse.update(-10.0 if second % 3 == 0 else COVERED_DBFS)
    assert collapse.is_raised


def test_digital_silence_is_no_level(collapse: LevelDrop) -> None:
    """It has a name of its own, and leaves no trace in the history."""
    assert not hear(collapse, SILENCE_DBFS, 60)
    assert hear(collapse, COVERED_DBFS)


def test_after_a_day_the_new_level_is_the_place_s_own(collapse: LevelDrop) -> None:
    """What changed for good is not told for ever."""
    assert hear(collapse, COVERED_DBFS, HISTORY_MINUTES - 1)
    assert not hear(collapse, COVERED_DBFS)
    assert not hear(collapse, COVERED_DBFS, 10)
    assert hear(collapse, COVERED_DBFS - COLLAPSE_DB - 1.0)
