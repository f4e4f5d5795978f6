"""What the network is shown: augmented batches with soft targets."""

import math

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.examples.augment import Draw, apply, draw
from soundpost_training.examples.mixing import choose_pairs
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.experiment import Experiment

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]


class TrainingBatches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras publishes no types
    """The batches of an epoch; seed, epoch and batch alone decide what is drawn.

    Args:
        experiment: Seed, window and augmentation.
        bank: The sounds that may be shown.
        batch_size: Examples of a batch.
    """

    def __init__(self, experiment: Experiment, bank: SoundBank, batch_size: int) -> None:
        super().__init__()
        self._size = batch_size
        self.epoch = 0
        self.bank = bank
        self._experiment = experiment

    def __len__(self) -> int:
        """Batches of an epoch; the last one is filled up by beginning anew."""
        return math.ceil(self.bank.dry / self._size)

    def __getitem__(self, batch: int) -> Batch:
        """Examples float32[n, frames, mel_bands, 1] and targets float32[n, labels]."""
        drawn = self.draw(batch)
        examples = apply(drawn, self.bank.features, self._experiment.window.frames)
        return examples[..., None], mixed_targets(drawn, self.bank)

    def draw(self, batch: int) -> Draw:
        """What is drawn for a batch of the present epoch."""
        config, size, bank = self._experiment.augment, self._size, self.bank
        order = self._rng(1, self.epoch).permutation(bank.dry)
        rng = self._rng(2, self.epoch, batch)
        first = np.take(order, range(batch * size, (batch + 1) * size), mode="wrap")
        pairs = choose_pairs(rng, config, bank, first)
        frames, bands = self._experiment.window.frames, bank.features.spec.mel_bands
        return draw(rng, config, pairs, bank.starts, frames, bands, bank.beneath)

    def _rng(self, *what: int) -> np.random.Generator:
        return np.random.default_rng((self._experiment.seed, *what))


def mixed_targets(drawn: Draw, bank: SoundBank) -> NDArray[np.float32]:
    """The targets of mixtures, each clip's in its share, float32[n, labels]."""
    share = drawn.shares.astype(np.float32)[:, None]
    first, second = (bank.targets[drawn.clips[:, side]] for side in range(2))
    return share * first + (1.0 - share) * second
