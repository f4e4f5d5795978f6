"""What happens to each example of a batch, drawn from a seeded generator before it is done."""

from dataclasses import dataclass

import numpy as np
from msgspec import UnsetType
from numpy.typing import NDArray

from soundpost_training.experiment.data import AugmentConfig

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DB_PER_NEPER = 20.0 / np.log(10.0)
"""Decibels of an amplitude ratio of e, the unit of natural logarithms."""

NO_BACKGROUND: Ints = np.empty(0, np.int64)

CURVES = 3
"""Half waves over the mel bands that an equaliser's curve is made of: a tilt, a bow, a ripple."""

LATEST_BEGINNING = 0.75
"""Of a window: what begins later leaves too little to be known by."""


@dataclass(frozen=True, slots=True)
class Draw:
    """The fate of the examples of one batch; each array's first axis is the example.

    Attributes:
        clips: int64[n, 2], the two clips that are mixed.
        starts: int64[n, 2], the frame where each of the two crops begins.
        rates: float64[n, 2], how many frames of the clip pass in one frame of the crop.
        band_shifts: int64[n, 2], by how many mel bands each crop moves up.
        shares: float64[n], how much of the first crop is in the mixture; 1 is no mixture.
        gains: float64[n], natural logarithm of the amplitude that the mixture is scaled by.
        frame_masks: int64[n, masks, 2], first frame and one past the last that are silenced.
        band_masks: int64[n, masks, 2], the same for mel bands.
        beneath: int64[n], the background that is heard beneath the mixture; -1 is none.
        beneath_starts: int64[n], the frame where the background begins.
        snrs_db: float64[n], how much louder than the background the mixture is.
        begins: int64[n], the frame from which on the mixture is heard.
        curves: float64[n, 3], natural logarithm of the amplitude of each half wave of the curve
            over the mel bands by which all is equalised.
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
    begins: Ints
    curves: Floats

    def take(self, examples: Ints) -> "Draw":
        """The fate of some of the examples."""
        return Draw(**{name: getattr(self, name)[examples] for name in Draw.__slots__})

    @classmethod
    def joined(cls, draws: "list[Draw]") -> "Draw":
        """One draw of several, in order."""
        return cls(
            **{
                name: np.concatenate([getattr(one, name) for one in draws])
                for name in cls.__slots__
            }
        )


def draw(  # noqa: PLR0913, PLR0917 - seven facts that only the caller has
    rng: np.random.Generator,
    config: AugmentConfig,
    clips: Ints,
    allowed_starts: list[Ints],
    frames: int,
    bands: int,
    background: Ints = NO_BACKGROUND,
) -> Draw:
    """The draw for one batch.

    Mixing follows between-class learning (Tokozume, Ushiku and Harada, ICLR 2018), masking
    SpecAugment (Park et al., Interspeech 2019).

    Args:
        rng: Where all chance comes from; the same state gives the same draw.
        config: How far each augmentation may go.
        clips: int64[n, 2], the clips of the batch, each with the one it may be mixed with.
        allowed_starts: For each clip, the frames where a crop may begin.
        frames: Frames of a crop.
        bands: Mel bands of a crop.
        background: The sounds that may be heard beneath.
    """
    size = len(clips)
    starts = [[rng.choice(allowed_starts[clip]) for clip in pair] for pair in clips]
    mixed = rng.random(size) < config.mix_share
    beneath, beneath_starts, snrs_db = _beneath(rng, config, background, allowed_starts, size)
    begins = _begins(rng, config, beneath, frames)
    return Draw(
        begins=begins,
        curves=_curves(rng, config, size),
        clips=clips,
        starts=np.array(starts, np.int64),
        rates=np.exp(rng.uniform(-config.stretch, config.stretch, (size, 2))),
        band_shifts=rng.integers(-config.band_shift, config.band_shift, (size, 2), endpoint=True),
        shares=np.where(mixed, rng.random(size), 1.0),
        gains=rng.uniform(config.quietest_gain_db, config.loudest_gain_db, size) / DB_PER_NEPER,
        frame_masks=_masks(rng, (size, config.masks), config.mask_frames, frames),
        band_masks=_masks(rng, (size, config.masks), config.mask_bands, bands),
        beneath=beneath,
        beneath_starts=beneath_starts,
        snrs_db=snrs_db,
    )


def _beneath(
    rng: np.random.Generator,
    config: AugmentConfig,
    background: Ints,
    allowed_starts: list[Ints],
    size: int,
) -> tuple[Ints, Ints, Floats]:
    """What is heard beneath each example, from where on, how faint; or nothing, without chance."""
    mixing = config.background
    if isinstance(mixing, UnsetType) or not len(background):
        return np.full(size, -1, np.int64), np.zeros(size, np.int64), np.zeros(size)
    chosen = background[rng.integers(0, len(background), size)]
    beneath = np.where(rng.random(size) < mixing.mix_share, chosen, -1)
    starts = np.array([rng.choice(allowed_starts[sound]) for sound in chosen], np.int64)
    return beneath, starts, rng.uniform(mixing.lowest_snr_db, mixing.highest_snr_db, size)


def _begins(rng: np.random.Generator, config: AugmentConfig, beneath: Ints, frames: int) -> Ints:
    """From which frame on each example is heard; 0 without a background, and without chance."""
    mixing = config.background
    if isinstance(mixing, UnsetType) or not mixing.begin_share:
        return np.zeros(len(beneath), np.int64)
    begins = rng.integers(0, int(LATEST_BEGINNING * frames), len(beneath), endpoint=True)
    is_late = rng.random(len(beneath)) < mixing.begin_share
    return np.where(is_late & (beneath >= 0), begins, 0)


def _curves(rng: np.random.Generator, config: AugmentConfig, size: int) -> Floats:
    """The half waves of each example's curve: flat, and without chance, if none is asked for."""
    if isinstance(config.equalizer_db, UnsetType):
        return np.zeros((size, CURVES))
    most = config.equalizer_db / DB_PER_NEPER
    return rng.uniform(-most, most, (size, CURVES)) / np.arange(1, CURVES + 1)


def _masks(rng: np.random.Generator, shape: tuple[int, int], longest: int, extent: int) -> Ints:
    """Stretches of 0 to `longest` (or all) within `extent`, int64[*shape, 2]."""
    lengths = rng.integers(0, min(longest, extent), shape, endpoint=True)
    firsts = rng.integers(0, extent - lengths, endpoint=True)
    return np.stack((firsts, firsts + lengths), axis=-1)
