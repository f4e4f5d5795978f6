"""Chooses the sounds of an example: clips, reverberated copies, sounds without a label."""

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.data import AugmentConfig, ReverbConfig

Ints = NDArray[np.int64]

BACKGROUND_SHARE = 0.5
"""Of the examples without a label, where there is background; the rest is silence and noise."""


def choose_pairs(
    rng: np.random.Generator, config: AugmentConfig, sound_bank: SoundBank, first: Ints
) -> Ints:
    """Returns the two sounds that each example is mixed from, int64[n, 2].

    Settings that are not configured draw nothing: an experiment without reverb and background
    gets the examples that it got before these existed.

    Args:
        rng: The only source of randomness.
        config: How often an example has no label, and how often it is reverberated.
        sound_bank: The sounds.
        first: int64[n], the clip that each example is to show.
    """
    size = len(first)
    pairs = np.stack((first, rng.integers(0, sound_bank.dry, size)), axis=1)
    negative = rng.random(size) < config.negative_share
    count = (negative.sum(), 1)
    pairs[negative] = rng.integers(sound_bank.clips, sound_bank.quiet, count)
    recordings = sound_bank.background
    if recordings:
        is_background = rng.random(size) < BACKGROUND_SHARE
        background = rng.integers(recordings.start, recordings.stop, (size, 1))
        pairs = np.where((negative & is_background)[:, None], background, pairs)
    if config.rooms is not UNSET and sound_bank.copies:
        pairs = _reverberated(rng, config.rooms, sound_bank, pairs)
    return pairs


def _reverberated(
    rng: np.random.Generator, config: ReverbConfig, sound_bank: SoundBank, pairs: Ints
) -> Ints:
    """Replaces some of the clips by one of their reverberated copies."""
    copies = rng.integers(0, sound_bank.copies, pairs.shape)
    wet = sound_bank.dry + pairs * sound_bank.copies + copies
    is_wet = (rng.random(pairs.shape) < config.share) & (pairs < sound_bank.dry)
    return np.where(is_wet, wet, pairs)
