"""The types that the stages pass on."""

from dataclasses import replace

import numpy as np

from soundpost.events import Window

WINDOW = Window(0, 2_800, np.zeros((16, 64), np.float32), -20.0, 0, stretch=object())


def test_a_window_at_another_place_is_still_of_its_stretch() -> None:
    """On the clock of capture, or cut short where the sound ended."""
    assert replace(WINDOW, start_sample=160, end_sample=2_960).stretch is WINDOW.stretch


def test_the_stretch_of_a_window_is_unknown_by_default() -> None:
    """Such a window is computed from its own frames alone."""
    assert Window(0, 2_800, WINDOW.log_mel, -20.0, 0).stretch is None


def test_the_stretch_is_not_printed() -> None:
    """It says where the window is from, and nothing about its sound."""
    assert "stretch" not in repr(WINDOW)
