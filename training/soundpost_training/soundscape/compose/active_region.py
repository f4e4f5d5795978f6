"""Active regions of a clip, found by energy, so that the ground truth is exact."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm

BLOCK_SECONDS = 0.01
"""Resolution of onsets and offsets."""

BELOW_LOUDEST_DB = 20.0
"""A block is active within this much of the clip's loudest blocks. A fainter block would be masked
by a background at the usual levels, and the ground truth would hold what a person cannot hear."""

LOUDEST_SHARE = 0.02
"""Share of the blocks that count as the loudest: 0.1 s of a 5 s clip, more than a single click."""

PAUSE_SECONDS = 1.0
"""A shorter pause belongs to the sound: two barks within a second are one event."""

SHORTEST_SECONDS = 0.05
"""A shorter region is a click of the recording, not an event."""

SMALLEST_POWER = 1e-12
"""Floor of the power of a block, -120 dB, so that digital silence has a finite level."""

ABOVE_SILENCE_DB = 1.0
"""A block must lie this much over the floor, so that digital silence is never active."""


@dataclass(frozen=True, slots=True)
class ActiveRegion:
    """The part of a clip from the onset of a sound to its offset, in samples of the clip."""

    onset_sample: int
    offset_sample: int


def find_active_regions(pcm: Pcm, sample_rate_hz: int) -> list[ActiveRegion]:
    """Returns the active regions of a clip in order; none for digital silence.

    Args:
        pcm: int16[n] of the clip.
        sample_rate_hz: Its rate.
    """
    block_samples = round(BLOCK_SECONDS * sample_rate_hz)
    levels_db = block_levels(pcm, block_samples)
    if not len(levels_db):
        return []
    loudest = max(1, round(LOUDEST_SHARE * len(levels_db)))
    loud_db = float(np.sort(levels_db)[-loudest:].mean())
    floor_db = 10.0 * np.log10(SMALLEST_POWER) + ABOVE_SILENCE_DB
    active = levels_db > max(loud_db - BELOW_LOUDEST_DB, floor_db)
    runs = _runs(active, round(PAUSE_SECONDS / BLOCK_SECONDS))
    shortest = round(SHORTEST_SECONDS / BLOCK_SECONDS)
    return [
        ActiveRegion(first * block_samples, end * block_samples)
        for first, end in runs
        if end - first >= shortest
    ]


def block_levels(pcm: Pcm, block_samples: int) -> NDArray[np.float64]:
    """Returns the RMS level of each whole block in dB of full scale, float64[blocks]."""
    whole = len(pcm) - len(pcm) % block_samples
    blocks = pcm[:whole].reshape(-1, block_samples).astype(np.float64) / FULL_SCALE
    power: NDArray[np.float64] = np.maximum((blocks**2).mean(axis=1), SMALLEST_POWER)
    return 10.0 * np.log10(power)


def _runs(active: NDArray[np.bool_], pause_blocks: int) -> list[tuple[int, int]]:
    """Returns first and one-past-last block of each active run, short pauses bridged."""
    positions = np.flatnonzero(active)
    if not len(positions):
        return []
    breaks = np.flatnonzero(np.diff(positions) > pause_blocks)
    firsts = [positions[0], *positions[breaks + 1]]
    ends = [*(positions[breaks] + 1), positions[-1] + 1]
    return [(int(first), int(end)) for first, end in zip(firsts, ends, strict=True)]
