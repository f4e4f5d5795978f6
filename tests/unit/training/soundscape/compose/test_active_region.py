"""Active regions of clips."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.soundscape.compose.active_region import (
    BLOCK_SECONDS,
    PAUSE_SECONDS,
    find_active_regions,
)

RATE_HZ = 16_000


def clip(*bursts: tuple[float, float], seconds: float = 5.0, hiss: float = 0.0) -> np.ndarray:
    """Returns a clip of noise bursts from second to second, over hiss; int16[n]."""
    rng = np.random.default_rng(1)
    signal = rng.normal(0.0, hiss, round(seconds * RATE_HZ))
    for first, last in bursts:
        part = slice(round(first * RATE_HZ), round(last * RATE_HZ))
        signal[part] += rng.normal(0.0, 3000.0, part.stop - part.start)
    return np.clip(signal, -32768, 32767).astype(np.int16)


@given(first=st.floats(0.0, 3.0), lasts=st.floats(0.1, 1.9), hiss=st.sampled_from([0.0, 30.0]))
def test_a_burst_is_found_to_the_block(first: float, lasts: float, hiss: float) -> None:
    """Onset and offset of a burst, padded with silence or with hiss, are off by a block at most."""
    (region,) = find_active_regions(clip((first, first + lasts), hiss=hiss), RATE_HZ)
    assert region.onset_sample / RATE_HZ == pytest.approx(first, abs=BLOCK_SECONDS)
    assert region.offset_sample / RATE_HZ == pytest.approx(first + lasts, abs=BLOCK_SECONDS)


def test_only_a_long_pause_separates_two_sounds() -> None:
    """Two barks within a second are one region; after more than a second they are two."""
    short, long = PAUSE_SECONDS * 0.8, PAUSE_SECONDS * 1.2
    assert len(find_active_regions(clip((0.5, 0.8), (0.8 + short, 2.0)), RATE_HZ)) == 1
    assert len(find_active_regions(clip((0.5, 0.8), (0.8 + long, 2.5)), RATE_HZ)) == 2


def test_silence_and_a_single_click_have_no_region() -> None:
    """Digital silence has none, nor has a sound shorter than the shortest event."""
    assert not find_active_regions(np.zeros(RATE_HZ, np.int16), RATE_HZ)
    assert not find_active_regions(np.zeros(10, np.int16), RATE_HZ)
    assert not find_active_regions(clip((1.0, 1.01)), RATE_HZ)


def test_a_steady_sound_is_active_for_the_whole_clip() -> None:
    """Rain has no onset within its clip."""
    (region,) = find_active_regions(clip((0.0, 5.0)), RATE_HZ)
    assert (region.onset_sample, region.offset_sample) == (0, 5 * RATE_HZ)
