"""Clips that are cut out of chunks."""

import numpy as np
import pytest
from archive_parts import event
from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.clips import ClipCutter, ClipPlan, ClipSettings
from soundpost.audio import Chunk, Pcm
from soundpost.config import Config

RATE_HZ = 1_000
SETTINGS = ClipSettings.of(Config(), RATE_HZ)
SOUND = np.arange(20 * RATE_HZ).astype(np.int16)


def plans_at(*begins: float) -> list[ClipPlan]:
    """Returns the clips of events at some onsets."""
    return [ClipPlan.of(event(begin=begin), len(SOUND) / RATE_HZ, SETTINGS) for begin in begins]


def cut(plans: list[ClipPlan], chunk_samples: int) -> list[tuple[ClipPlan, Pcm]]:
    """Returns the clips of the sound, passed in chunks of a length."""
    clips: list[tuple[ClipPlan, Pcm]] = []
    cutter = ClipCutter(plans, lambda plan, samples: clips.append((plan, samples)))
    for start in range(0, cutter.end_sample, chunk_samples):
        buffer = SOUND[start : start + chunk_samples].copy()
        cutter.add(Chunk(start, buffer, 0))
        buffer[:] = -1  # a source may use its buffer again
    return clips


@given(
    st.lists(st.integers(0, 180), min_size=1, max_size=8, unique=True),
    st.integers(1, len(SOUND)),
)
def test_clips_are_their_stretches_of_the_sound(begins: list[int], chunk_samples: int) -> None:
    """They may overlap, and chunks may have any length."""
    plans = plans_at(*(begin / 10 for begin in begins))
    clips = cut(plans, chunk_samples)
    assert len(clips) == len(plans)
    for plan, samples in clips:
        assert np.array_equal(samples, SOUND[plan.start_sample : plan.end_sample])


def test_a_clip_is_complete_as_soon_as_its_end_has_passed() -> None:
    """So only clips at the present position are in memory."""
    early, late = plans_at(1.0, 12.0)
    done: list[ClipPlan] = []
    cutter = ClipCutter([late, early], lambda plan, _: done.append(plan))
    cutter.add(Chunk(0, SOUND[:5_000], 0))
    assert done == [early]
    assert cutter.end_sample == late.end_sample


def test_there_is_no_cutter_without_clips() -> None:
    """Its end would be nowhere."""
    with pytest.raises(ValueError, match="empty"):
        ClipCutter([], lambda _plan, _samples: None)
