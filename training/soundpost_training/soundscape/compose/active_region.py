"""Where in a clip its sound begins and ends: by energy, so that the truth is exact."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm

BLOCK_SECONDS = 0.01
"""Onsets and offsets are known to this."""

BELOW_LOUDEST_DB = 20.0
"""A block sounds within this much of the clip's loudest blocks. What is fainter drowns in a
background that lies so far, or less, under the sound: it would be truth that nobody can hear."""

LOUDEST_SHARE = 0.02
"""Of the blocks that the loudest are: a tenth of a second, not a single click."""

PAUSE_SECONDS = 1.0
"""A shorter pause is part of the sound: a dog that barks twice in a second barks once more."""

SHORTEST_SECONDS = 0.05
SMALLEST_POWER = 1e-12


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of a clip from the onset of a sound to its offset, in samples of the clip."""

    onset_sample: int
    offset_sample: int


def find_sounds(pcm: Pcm, sample_rate_hz: int) -> list[Stretch]:
    """The sounds of a clip, in order; none in digital silence.

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
    sounding = levels_db > max(loud_db - BELOW_LOUDEST_DB, 10.0 * np.log10(SMALLEST_POWER) + 1.0)
    runs = _runs(sounding, round(PAUSE_SECONDS / BLOCK_SECONDS))
    shortest = round(SHORTEST_SECONDS / BLOCK_SECONDS)
    return [
        Stretch(first * block_samples, end * block_samples)
        for first, end in runs
        if end - first >= shortest
    ]


def block_levels(pcm: Pcm, block_samples: int) -> NDArray[np.float64]:
    """The RMS level of each whole block in dB of full scale, float64[blocks]."""
    whole = len(pcm) - len(pcm) % block_samples
    blocks = pcm[:whole].reshape(-1, block_samples).astype(np.float64) / FULL_SCALE
    power: NDArray[np.float64] = np.maximum((blocks**2).mean(axis=1), SMALLEST_POWER)
    return 10.0 * np.log10(power)


def _runs(sounding: NDArray[np.bool_], pause_blocks: int) -> list[tuple[int, int]]:
    """First and one-past-last block of each run of sounding blocks, short pauses bridged."""
    places = np.flatnonzero(sounding)
    if not len(places):
        return []
    breaks = np.flatnonzero(np.diff(places) > pause_blocks)
    firsts = [places[0], *places[breaks + 1]]
    ends = [*(places[breaks] + 1), places[-1] + 1]
    return [(int(first), int(end)) for first, end in zip(firsts, ends, strict=True)]
