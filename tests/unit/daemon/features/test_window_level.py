"""The level of overlapping windows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from soundpost.audio import Pcm, level_dbfs
from soundpost.features.window_level import WindowLevel

EXTREMES = arrays(np.int16, 600, elements=st.sampled_from([-32_768, -1, 0, 1, 32_767]))


@given(EXTREMES, st.integers(1, 50))
def test_a_level_equals_that_of_the_window_alone_to_the_bit(samples: Pcm, stride: int) -> None:
    """Every overlapping window has the level of its own samples, with the extremes of int16."""
    level = WindowLevel(stride)
    for start in range(0, len(samples) - 50, stride):
        window = samples[start : start + 50]
        assert level.next_dbfs(window) == level_dbfs(window)


def test_a_new_stretch_has_nothing_of_the_one_before() -> None:
    """After a restart the first window counts all of its samples and no other."""
    level = WindowLevel(10)
    level.next_dbfs(np.full(50, 30_000, np.int16))
    level.restart()
    window = np.arange(50, dtype=np.int16)
    assert level.next_dbfs(window) == level_dbfs(window)
