"""Draws the augmentation of each example of a batch from a seeded generator."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from msgspec import UnsetType
from numpy.typing import NDArray

from soundpost_training.experiment.data import AugmentConfig

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DB_PER_NEPER = 20.0 / np.log(10.0)
"""Decibels of an amplitude ratio of e, the unit of natural logarithms (8.69)."""

NO_BACKGROUND: Ints = np.empty(0, np.int64)

CURVES = 3
"""Cosine half waves over the mel bands that an equaliser curve is the sum of."""

LATEST_ONSET = 0.75
"""Share of a window. A sound that begins later leaves too little to be recognised by."""


class CropSize(NamedTuple):
    """Frames and mel bands of a crop."""

    frames: int
    bands: int


class CropSources(NamedTuple):
    """Positions that crops may be cut from.

    Attributes:
        starts: For each sound, the frames where a crop may begin.
        backgrounds: int64[n], the sounds that may be mixed beneath others.
    """

    starts: list[Ints]
    backgrounds: Ints = NO_BACKGROUND


@dataclass(frozen=True, slots=True)
class Draw:
    """The random choices for the examples of one batch; each array's first axis is the example.

    Attributes:
        clips: int64[n, 2], the two clips that are mixed.
        starts: int64[n, 2], the frame where each of the two crops begins.
        rates: float64[n, 2], frames of the clip per frame of the crop.
        band_shifts: int64[n, 2], by how many mel bands each crop moves up.
        shares: float64[n], how much of the first crop is in the mixture; 1 is no mixture.
        gains: float64[n], natural logarithm of the amplitude that the mixture is scaled by.
        frame_masks: int64[n, masks, 2], first frame and one past the last that are silenced.
        band_masks: int64[n, masks, 2], the same for mel bands.
        beneath: int64[n], the background that is mixed beneath the mixture; -1 is none.
        beneath_starts: int64[n], the frame where the background begins.
        snrs_db: float64[n], level of the mixture over that of the background.
        onsets: int64[n], the frame before which the background is alone.
        curves: float64[n, 3], natural logarithm of the amplitude of each half wave of the
            equaliser curve over the mel bands.
    """

    clips: Ints
    starts: Ints
    rates: Floats
    band_shifts: Ints
    shares: Floats
    gains: Floats
    frame_masks: Ints
    band_masks: Ints
    beneath: Ints
    beneath_starts: Ints
    snrs_db: Floats
    onsets: Ints
    curves: Floats

    def take(self, examples: Ints) -> "Draw":
        """Returns the choices for some of the examples."""
        return Draw(**{name: getattr(self, name)[examples] for name in Draw.__slots__})

    @classmethod
    def joined(cls, draws: "list[Draw]") -> "Draw":
        """Concatenates several draws, in order."""
        return cls(
            **{
                name: np.concatenate([getattr(part, name) for part in draws])
                for name in cls.__slots__
            }
        )


def draw(
    rng: np.random.Generator,
    config: AugmentConfig,
    clips: Ints,
    sources: CropSources,
    size: CropSize,
) -> Draw:
    """Draws the augmentation of one batch.

    Mixing follows between-class learning (Tokozume, Ushiku and Harada, ICLR 2018), masking
    SpecAugment (Park et al., Interspeech 2019).

    Args:
        rng: The only source of randomness; the same state gives the same draw.
        config: How far each augmentation may go.
        clips: int64[n, 2], the clips of the batch, each with the one it may be mixed with.
        sources: Where crops may begin, and which sounds may be mixed beneath.
        size: Of a crop.
    """
    count = len(clips)
    starts = [[rng.choice(sources.starts[clip]) for clip in pair] for pair in clips]
    mixed = rng.random(count) < config.mix_share
    beneath, beneath_starts, snrs_db = _beneath(rng, config, sources, count)
    onsets = _onsets(rng, config, beneath, size.frames)
    return Draw(
        onsets=onsets,
        curves=_curves(rng, config, count),
        clips=clips,
        starts=np.array(starts, np.int64),
        rates=np.exp(rng.uniform(-config.stretch, config.stretch, (count, 2))),
        band_shifts=rng.integers(-config.band_shift, config.band_shift, (count, 2), endpoint=True),
        shares=np.where(mixed, rng.random(count), 1.0),
        gains=rng.uniform(config.quietest_gain_db, config.loudest_gain_db, count) / DB_PER_NEPER,
        frame_masks=_masks(rng, (count, config.masks), config.mask_frames, size.frames),
        band_masks=_masks(rng, (count, config.masks), config.mask_bands, size.bands),
        beneath=beneath,
        beneath_starts=beneath_starts,
        snrs_db=snrs_db,
    )


def _beneath(
    rng: np.random.Generator, config: AugmentConfig, sources: CropSources, count: int
) -> tuple[Ints, Ints, Floats]:
    """Draws background, its first frame and the ratio for each example.

    Without background, draws nothing from `rng`: older experiments keep their examples.
    """
    mixing = config.background
    if isinstance(mixing, UnsetType) or not len(sources.backgrounds):
        return np.full(count, -1, np.int64), np.zeros(count, np.int64), np.zeros(count)
    chosen = sources.backgrounds[rng.integers(0, len(sources.backgrounds), count)]
    beneath = np.where(rng.random(count) < mixing.mix_share, chosen, -1)
    starts = np.array([rng.choice(sources.starts[sound]) for sound in chosen], np.int64)
    return beneath, starts, rng.uniform(mixing.lowest_snr_db, mixing.highest_snr_db, count)


def _onsets(rng: np.random.Generator, config: AugmentConfig, beneath: Ints, frames: int) -> Ints:
    """Draws the onset of each example; 0, and no use of `rng`, where none are configured."""
    mixing = config.background
    if isinstance(mixing, UnsetType) or not mixing.begin_share:
        return np.zeros(len(beneath), np.int64)
    onsets = rng.integers(0, int(LATEST_ONSET * frames), len(beneath), endpoint=True)
    is_late = rng.random(len(beneath)) < mixing.begin_share
    return np.where(is_late & (beneath >= 0), onsets, 0)


def _curves(rng: np.random.Generator, config: AugmentConfig, count: int) -> Floats:
    """Draws the half waves of each equaliser curve; flat, and no use of `rng`, without one."""
    if isinstance(config.equalizer_db, UnsetType):
        return np.zeros((count, CURVES))
    most = config.equalizer_db / DB_PER_NEPER
    return rng.uniform(-most, most, (count, CURVES)) / np.arange(1, CURVES + 1)


def _masks(rng: np.random.Generator, shape: tuple[int, int], longest: int, extent: int) -> Ints:
    """Draws ranges of 0 to `longest` (or all) within `extent`, int64[*shape, 2]."""
    lengths = rng.integers(0, min(longest, extent), shape, endpoint=True)
    firsts = rng.integers(0, extent - lengths, endpoint=True)
    return np.stack((firsts, firsts + lengths), axis=-1)
