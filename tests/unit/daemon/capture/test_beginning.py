"""The beginning of a source."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.capture import ArraySource, BeginningSource

RATE_HZ = 16_000
SOUND = np.arange(-8_000, 8_000, dtype=np.int16)


@given(st.integers(1, 20_000))
def test_no_more_than_the_beginning_is_read(samples: int) -> None:
    """It may end within a chunk, between two, or after the sound."""
    with BeginningSource(ArraySource(SOUND, RATE_HZ), samples) as source:
        chunks = [chunk for chunk in source.chunks() if chunk is not None]
    assert np.array_equal(np.concatenate([each.samples for each in chunks]), SOUND[:samples])
    assert [each.start_sample for each in chunks[1:]] == [each.end_sample for each in chunks[:-1]]
    assert source.is_cut == (samples < len(SOUND))
