"""The reference of levels: full scale, or 20 micropascals after a calibration."""

import pytest

from soundpost.acoustics.reference import FULL_SCALE_SINE_DBFS, LevelReference, Reference


def test_without_a_calibration_levels_are_relative_to_full_scale() -> None:
    """They stay as they are."""
    plain = LevelReference()
    assert plain.reference is Reference.FULL_SCALE
    assert plain.level_db(-43.2) == -43.2


def test_a_sine_at_full_scale_has_the_level_of_the_calibration() -> None:
    """The definition of the key."""
    assert LevelReference(120.0).level_db(FULL_SCALE_SINE_DBFS) == pytest.approx(120.0)
    assert LevelReference(120.0).reference is Reference.MICROPASCAL_20


def test_a_data_sheet_gives_the_calibration() -> None:
    """A microphone of -26 dBFS at 94 dB SPL, as data sheets count, has 94 + 26."""
    sine_26_db_below_full_scale_dbfs = FULL_SCALE_SINE_DBFS - 26.0
    assert LevelReference(120.0).level_db(sine_26_db_below_full_scale_dbfs) == pytest.approx(94.0)
