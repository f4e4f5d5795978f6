"""Windows of clips, also of those that are shorter than a window."""

import numpy as np
import pytest

from soundpost_training.dataset.windows import windows_of
from soundpost_training.experiment.data import WindowConfig


def log_mel(frames: int) -> np.ndarray:
    """Returns frames that each have a value of their own, float32[frames, 2]."""
    return np.arange(2 * frames, dtype=np.float32).reshape(frames, 2) + 5.0


def test_windows_begin_at_every_stride() -> None:
    """Frames that do not fill a window at the end are not used."""
    windows = windows_of(log_mel(12), WindowConfig(frames=5, stride_frames=3))
    assert windows.shape == (3, 5, 2)
    for number, window in enumerate(windows):
        assert np.array_equal(window, log_mel(12)[3 * number : 3 * number + 5])


def test_a_short_clip_is_followed_by_silence() -> None:
    """The padding is its own lowest value."""
    (window,) = windows_of(log_mel(3), WindowConfig(frames=5, stride_frames=3))
    assert np.array_equal(window[:3], log_mel(3))
    assert (window[3:] == 5.0).all()


@pytest.mark.parametrize("frames", [1, 3, 4])
def test_a_short_clip_may_be_repeated(frames: int) -> None:
    """It goes on from its beginning as often as needed; longer clips do not change."""
    config = WindowConfig(frames=9, stride_frames=3, short_clips="repeat")
    (window,) = windows_of(log_mel(frames), config)
    for place, row in enumerate(window):
        assert np.array_equal(row, log_mel(frames)[place % frames])
    silent = WindowConfig(frames=9, stride_frames=3)
    assert np.array_equal(windows_of(log_mel(12), config), windows_of(log_mel(12), silent))
