"""Applies drawn augmentations to a whole batch at once, in numpy."""

import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.features import Features
from soundpost_training.examples.augment.draw import Draw

Batch = NDArray[np.float32]

TINY_POWER = 1e-12
"""Added to the power of a crop, which is 0 in silence, before dividing by it."""


def apply(drawn: Draw, features: Features, frames: int) -> Batch:
    """Returns the examples of a batch as log-mel, float32[n, frames, mel_bands].

    Clips are circular: a crop that reaches the end of its clip continues at the beginning.

    Args:
        drawn: The random choices for these examples.
        features: Log-mel that the crops are cut from.
        frames: Frames of a crop.
    """
    offset = np.float32(features.spec.log_offset)
    first, second = (
        _power(_crop(drawn, features, frames, side), float(offset)) for side in range(2)
    )
    mixture = _mix(first, second, drawn.shares)
    _add_background(mixture, drawn, features, frames)
    log_mel: Batch = np.log(np.sqrt(mixture) * _gains(drawn, features.spec.mel_bands) + offset)
    _silence(log_mel, drawn, np.log(offset))
    return log_mel


def _gains(drawn: Draw, bands: int) -> Batch:
    """Returns the factor of each band's amplitude, float32[n, 1, mel_bands]."""
    phases = np.pi * (np.arange(bands) + 0.5) / bands
    waves = np.cos(np.outer(np.arange(1, drawn.curves.shape[1] + 1), phases))
    gains: Batch = np.exp(drawn.gains[:, None] + drawn.curves @ waves).astype(np.float32)
    return gains[:, None]


def _crop(drawn: Draw, features: Features, frames: int, side: int) -> Batch:
    clips = drawn.clips[:, side]
    steps = np.rint(drawn.rates[:, side, None] * np.arange(frames)).astype(np.int64)
    within = (drawn.starts[:, side, None] + steps) % features.frames[clips, None]
    rows = features.starts[clips, None] + within
    bands = features.spec.mel_bands
    columns = np.clip(np.arange(bands) - drawn.band_shifts[:, side, None], 0, bands - 1)
    crop: Batch = features.log_mel[rows[:, :, None], columns[:, None, :]]
    return crop


def _power(log_mel: Batch, offset: float) -> Batch:
    """Undoes the logarithm. Rounding may leave silence slightly below zero, hence the maximum."""
    power: Batch = np.square(np.maximum(np.exp(log_mel) - np.float32(offset), np.float32(0.0)))
    return power


def _mix(first: Batch, second: Batch, shares: NDArray[np.float64]) -> Batch:
    """Adds the power of two crops at equal level, so that a share is a share of what is audible."""
    powers = [_mean_power(crop) + TINY_POWER for crop in (first, second)]
    total = shares**2 + (1.0 - shares) ** 2
    kept = (shares**2 / total).astype(np.float32)
    added = ((1.0 - shares) ** 2 / total * powers[0] / powers[1]).astype(np.float32)
    mixture: Batch = first * kept[:, None, None] + second * added[:, None, None]
    return mixture


def _add_background(mixture: Batch, drawn: Draw, features: Features, frames: int) -> None:
    """Adds the drawn background at the drawn signal-to-noise ratio.

    The ratio is that of the mixture's mean power over the whole window. An example with a later
    onset is silenced up to it afterwards.
    """
    examples = np.flatnonzero(drawn.beneath >= 0)
    if not len(examples):
        return
    sounds = drawn.beneath[examples]
    within = drawn.beneath_starts[examples, None] + np.arange(frames)
    rows = features.starts[sounds, None] + within % features.frames[sounds, None]
    background = _power(features.log_mel[rows], features.spec.log_offset)
    ratios = 10.0 ** (-drawn.snrs_db[examples] / 10.0)
    scales = ratios * _mean_power(mixture[examples]) / (_mean_power(background) + TINY_POWER)
    for example in examples:
        mixture[example, : drawn.onsets[example]] = 0.0
    mixture[examples] += background * scales.astype(np.float32)[:, None, None]


def _mean_power(power: Batch) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = power.mean(axis=(1, 2), dtype=np.float64)
    return mean


def _silence(log_mel: Batch, drawn: Draw, floor: np.float32) -> None:
    """Masks frames and bands with the floor of the features, as in digital silence."""
    for example, frame_masks, band_masks in zip(
        log_mel, drawn.frame_masks, drawn.band_masks, strict=True
    ):
        for first, end in frame_masks:
            example[first:end] = floor
        for first, end in band_masks:
            example[:, first:end] = floor
