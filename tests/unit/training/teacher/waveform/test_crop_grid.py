"""The places of crops in clips."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.teacher.waveform.crop_grid import CropGrid

GRIDS = st.builds(
    lambda lengths, frames, stride: CropGrid(np.array(lengths), frames, stride),
    st.lists(st.integers(1, 400), min_size=1, max_size=5),
    st.integers(1, 200),
    st.integers(1, 60),
)


@given(GRIDS)
def test_the_rows_of_all_clips_follow_each_other(grid: CropGrid) -> None:
    """Each clip has a crop at its beginning, and one at every stride that is whole."""
    places = [
        (clip, start)
        for clip, length in enumerate(grid.lengths)
        for start in range(0, max(1, length - grid.frames + 1), grid.stride)
    ]
    assert list(zip(grid.owners.tolist(), grid.starts.tolist(), strict=True)) == places
    assert [places[first] for first in grid.firsts] == [(c, 0) for c in range(len(grid.lengths))]


@given(GRIDS, st.integers(-500, 900))
def test_no_crop_begins_nearer_than_the_nearest(grid: CropGrid, start: int) -> None:
    """Around the circle: frames before the first and past the last are on the clip again."""
    for clip, length in enumerate(map(int, grid.lengths)):
        apart = (grid.starts - start) % length
        distances = np.where(grid.owners == clip, np.minimum(apart, length - apart), 1000)
        assert distances[grid.nearest(np.array([clip]), np.array([start]))[0]] == distances.min()
