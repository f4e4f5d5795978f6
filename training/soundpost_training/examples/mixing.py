"""Which sounds an example is made of: two clips, a copy of one in a room, or nothing to tell of."""

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.data import AugmentConfig, ReverbConfig

Ints = NDArray[np.int64]

BACKGROUND_SHARE = 0.5
"""Of the examples without a label where there is background; the rest is silence and noise."""


def choose_pairs(
    rng: np.random.Generator, config: AugmentConfig, bank: SoundBank, first: Ints
) -> Ints:
    """The pair of sounds that each example is mixed of, int64[n, 2].

    What is not configured draws nothing: an experiment without rooms and background is shown
    what it was shown before there were any.

    Args:
        rng: Where all chance comes from.
        config: How often there is nothing to tell of, and how often a room is heard.
        bank: The sounds.
        first: int64[n], the clip that each example is to show.
    """
    size = len(first)
    pairs = np.stack((first, rng.integers(0, bank.dry, size)), axis=1)
    negative = rng.random(size) < config.negative_share
    count = (negative.sum(), 1)
    pairs[negative] = rng.integers(bank.clips, bank.quiet, count)
    if bank.background:
        loud = rng.random(size) < BACKGROUND_SHARE
        background = rng.integers(bank.background.start, bank.background.stop, (size, 1))
        pairs = np.where((negative & loud)[:, None], background, pairs)
    if config.rooms is not UNSET and bank.copies:
        pairs = _in_rooms(rng, config.rooms, bank, pairs)
    return pairs


def _in_rooms(rng: np.random.Generator, config: ReverbConfig, bank: SoundBank, pairs: Ints) -> Ints:
    copies = rng.integers(0, bank.copies, pairs.shape)
    wet = bank.dry + pairs * bank.copies + copies
    heard_in_one = (rng.random(pairs.shape) < config.share) & (pairs < bank.dry)
    return np.where(heard_in_one, wet, pairs)
