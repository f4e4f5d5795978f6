"""Augmented batches of stored examples, with their targets."""

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.tagging.delay import delay
from soundpost_training.tagging.examples.chosen_rows import ChosenRows
from soundpost_training.tagging.experiment import TaggingExperiment

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]
Log = NDArray[np.float32]

GAIN_DB = (-12.0, 8.0)
CURVE_DB = 1.5
"""Standard deviation of each of three cosines over the bands: microphones differ so much."""

BAND_SHIFT = 1
"""Mel bands that a batch is moved by, at most."""

FRAME_MASK, FRAME_MASK_SHARE = 24, 0.5
BAND_MASK, BAND_MASK_SHARE = 7, 0.4
"""Longest stretch of frames or bands that is silenced, and share of the examples that are."""

MIX_SNR_DB = (-6.0, 20.0)
FADE_DB = 10.0
"""So far below the other example the targets of a mixed example are 0."""

RARE_FLOOR = 0.5
"""Weight of an example without a label, over the median of those with one."""

COMMON = 20.0
"""Added to the number of a label's examples, so that a handful are not drawn all the time."""


class TaggingBatches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras publishes no types
    """The batches of an epoch, a function of seed, epoch and batch number only.

    Examples of rare labels are drawn more often.

    Args:
        experiment: Seed, features, sizes and shares.
        log_mel: float16[n, frames * bands].
        targets: float32[n, labels].
    """

    def __init__(
        self,
        experiment: TaggingExperiment,
        log_mel: NDArray[np.float16] | ChosenRows,
        targets: NDArray[np.float32],
    ) -> None:
        super().__init__()
        self.epoch = 0
        self._experiment = experiment
        self._log_mel = log_mel
        self._targets = targets
        self._weights = _weights(targets)
        self._shape = (experiment.window.frames, experiment.features.mel_bands)
        self._offset = np.float32(experiment.features.log_offset)

    def __len__(self) -> int:
        """Batches of an epoch."""
        return self._experiment.train.epoch_batches

    def __getitem__(self, batch: int) -> Batch:
        """Examples float32[n, frames, mel_bands, 1] and targets float32[n, labels]."""
        config = self._experiment.train
        rng = np.random.default_rng((self._experiment.seed, self.epoch, batch))
        chosen = rng.choice(len(self._targets), config.batch_size, p=self._weights)
        amplitude, targets = self._amplitude(chosen), self._targets[chosen]
        self._delay(rng, amplitude)
        self._mix(rng, amplitude, targets, chosen)
        log_mel = np.log(amplitude * _gains(rng, amplitude.shape) + self._offset)
        shift = int(rng.integers(-BAND_SHIFT, BAND_SHIFT + 1))
        log_mel = _shifted(log_mel, shift)
        _mask(rng, log_mel, np.log(self._offset))
        return log_mel[..., None], targets

    def _amplitude(self, chosen: NDArray[np.int64]) -> Log:
        """Returns the mel amplitudes of some examples, float32[n, frames, bands]."""
        log_mel = self._log_mel[chosen].astype(np.float32).reshape(len(chosen), *self._shape)
        amplitude: Log = np.maximum(np.exp(log_mel) - self._offset, np.float32(0.0))
        return amplitude

    def _delay(self, rng: np.random.Generator, amplitude: Log) -> None:
        """Moves some examples towards the end of the window; they keep their targets."""
        share = self._experiment.train.delay_share
        if not share:
            return
        delayed = np.flatnonzero(rng.random(len(amplitude)) < share)
        before = self._amplitude(rng.choice(len(self._targets), len(delayed), p=self._weights))
        moved = amplitude[delayed]
        delay(rng, moved, before)
        amplitude[delayed] = moved

    def _mix(
        self,
        rng: np.random.Generator,
        amplitude: Log,
        targets: NDArray[np.float32],
        chosen: NDArray[np.int64],
    ) -> None:
        """Adds a second example to some; the fainter one's targets fade with its level.

        The louder one keeps its targets, so that two examples of a label have its target.
        """
        mixed = np.flatnonzero(rng.random(len(chosen)) < self._experiment.train.mix_share)
        if not len(mixed):
            return
        others = rng.choice(len(self._targets), len(mixed), p=self._weights)
        added = self._amplitude(others)
        snr_db = rng.uniform(*MIX_SNR_DB, len(mixed)).astype(np.float32)
        ratio = _level(amplitude[mixed]) / _level(added) * 10.0 ** (-snr_db / 20.0)
        power = np.square(amplitude[mixed]) + np.square(ratio[:, None, None] * added)
        amplitude[mixed] = np.sqrt(power)
        first = targets[mixed] * _audible(snr_db)
        second = self._targets[others] * _audible(-snr_db)
        targets[mixed] = np.maximum(first, second)


def _weights(targets: NDArray[np.float32]) -> NDArray[np.float64]:
    """Returns the probability of each example to be drawn, float64[n]."""
    is_labelled = targets > 0.5  # noqa: PLR2004 - even odds
    rarity = (is_labelled / np.sqrt(is_labelled.sum(axis=0) + COMMON)).max(axis=1)
    typical = np.median(rarity[rarity > 0.0]) if (rarity > 0.0).any() else 1.0
    weights = np.maximum(rarity, RARE_FLOOR * typical)
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _level(amplitude: Log) -> NDArray[np.float32]:
    level: NDArray[np.float32] = np.sqrt(np.square(amplitude).mean(axis=(1, 2))) + 1e-6
    return level


def _audible(over_db: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the share of its targets that an example keeps at levels over another, [n, 1]."""
    share: NDArray[np.float32] = np.clip(1.0 + over_db / np.float32(FADE_DB), 0.0, 1.0)
    return share[:, None]


def _shifted(log_mel: Log, bands: int) -> Log:
    """Returns examples whose bands are moved up; the band at the edge is repeated."""
    last = log_mel.shape[2] - 1
    return log_mel[:, :, np.clip(np.arange(last + 1) - bands, 0, last)]


def _gains(rng: np.random.Generator, shape: tuple[int, ...]) -> Log:
    """Returns a gain and a smooth curve over the bands for each example, float32[n, 1, bands]."""
    examples, _, bands = shape
    waves = np.cos(np.pi * np.outer(np.arange(1, 4), np.arange(bands) / bands))
    curves = rng.normal(0.0, CURVE_DB, (examples, 3)) @ waves
    decibels = rng.uniform(*GAIN_DB, (examples, 1)) + curves
    gains: Log = (10.0 ** (decibels / 20.0)).astype(np.float32)[:, None]
    return gains


def _mask(rng: np.random.Generator, log_mel: Log, floor: np.float32) -> None:
    """Silences stretches of frames and bands (SpecAugment, Park et al., Interspeech 2019)."""
    for example in log_mel:
        frames, bands = example.shape
        if rng.random() < FRAME_MASK_SHARE:
            first = int(rng.integers(0, max(1, frames - FRAME_MASK)))
            example[first : first + int(rng.integers(4, FRAME_MASK))] = floor
        if rng.random() < BAND_MASK_SHARE:
            first = int(rng.integers(0, max(1, bands - BAND_MASK)))
            example[:, first : first + int(rng.integers(1, BAND_MASK))] = floor
