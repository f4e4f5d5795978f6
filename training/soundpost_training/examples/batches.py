"""Augmented batches with soft targets, as Keras takes them."""

import math

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.examples.augment.apply import apply
from soundpost_training.examples.augment.draw import CropSize, CropSources, Draw, draw
from soundpost_training.examples.mixing import choose_pairs
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.experiment import Experiment

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]


class TrainingBatches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras publishes no types
    """The batches of an epoch, a function of seed, epoch and batch number only.

    Args:
        experiment: Seed, window and augmentation.
        sound_bank: The sounds that examples are cut from.
        batch_size: Examples of a batch.
    """

    def __init__(self, experiment: Experiment, sound_bank: SoundBank, batch_size: int) -> None:
        super().__init__()
        self._size = batch_size
        self.epoch = 0
        self.sound_bank = sound_bank
        self._experiment = experiment

    def __len__(self) -> int:
        """Batches of an epoch; the last one is filled up from the beginning."""
        return math.ceil(self.sound_bank.dry / self._size)

    def __getitem__(self, batch: int) -> Batch:
        """Examples float32[n, frames, mel_bands, 1] and targets float32[n, labels]."""
        drawn = self.draw(batch)
        examples = apply(drawn, self.sound_bank.features, self._experiment.window.frames)
        targets = self.sound_bank.mixed_targets(drawn.clips, drawn.shares)
        return examples[..., None], targets

    def draw(self, batch: int) -> Draw:
        """Draws the augmentation of a batch of the current epoch."""
        config, size, sound_bank = self._experiment.augment, self._size, self.sound_bank
        order = self._rng(1, self.epoch).permutation(sound_bank.dry)
        rng = self._rng(2, self.epoch, batch)
        first = np.take(order, range(batch * size, (batch + 1) * size), mode="wrap")
        pairs = choose_pairs(rng, config, sound_bank, first)
        sources = CropSources(sound_bank.starts, sound_bank.beneath)
        crop = CropSize(self._experiment.window.frames, sound_bank.features.spec.mel_bands)
        return draw(rng, config, pairs, sources, crop)

    def _rng(self, *stream: int) -> np.random.Generator:
        return np.random.default_rng((self._experiment.seed, *stream))
