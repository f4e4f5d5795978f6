"""Distillation: batches with true and soft labels, and the loss of both.

Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015.
"""

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from soundpost_training.experiment.experiment import Experiment
from soundpost_training.teacher.example_pool import ExamplePool, SoftLabels


class DistillationLoss(keras.losses.Loss):  # type: ignore[misc]  # Keras publishes no types
    """Weighted sum of the cross-entropies with the teacher's soft labels and with the true ones.

    Targets are float32[n, 2, labels] (true labels, soft labels at the temperature), predictions
    are logits float32[n, labels]. Teacher and student get the same examples (Beyer et al.,
    "Knowledge distillation: a good teacher is patient and consistent", CVPR 2022).

    Args:
        temperature: What logits are divided by before the softmax.
        weight: Of the soft labels; the true ones have the rest.
    """

    def __init__(self, temperature: float, weight: float) -> None:
        super().__init__(name="distillation")
        self._temperature = temperature
        self._weight = weight

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the loss of each example, float32[n]."""
        true_labels, soft_labels = y_true[:, 0], y_true[:, 1]
        hard = -ops.sum(true_labels * ops.log_softmax(y_pred), axis=-1)
        softened = ops.log_softmax(y_pred / self._temperature)
        # The square keeps the gradient's size when the temperature changes (Hinton, 2015).
        soft = -ops.sum(soft_labels * softened, axis=-1) * self._temperature**2
        return (1.0 - self._weight) * hard + self._weight * soft


class DistillationBatches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras publishes no types
    """The batches of an epoch: as many as without a teacher, from the pool in random order.

    A pool smaller than a batch is one batch. Each target is float32[2, labels]: the true labels and
    the teachers' scores.

    Args:
        experiment: Seed and batch size.
        pool: The examples.
        soft_labels: Of those examples that the student may use.
        batches: Batches of an epoch.
    """

    def __init__(
        self, experiment: Experiment, pool: ExamplePool, soft_labels: SoftLabels, batches: int
    ) -> None:
        super().__init__()
        self.epoch = 0
        self._experiment = experiment
        self._pool = pool
        self._soft_labels = soft_labels
        self._batches = batches
        self._pass = -1
        self._order = np.empty(0, np.int64)

    def __len__(self) -> int:
        """Batches of an epoch."""
        return self._batches

    def __getitem__(self, batch: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Examples float32[n, frames, mel_bands, 1], targets float32[n, 2, labels]."""
        chosen = self._choose(batch)
        examples = self._soft_labels.examples[chosen]
        true_labels = self._pool.targets(examples)
        scores = self._soft_labels.scores[chosen].astype(np.float32)
        return self._pool.log_mel(examples)[..., None], np.stack((true_labels, scores), axis=1)

    def _choose(self, batch: int) -> NDArray[np.int64]:
        """Returns the positions of a batch; each pass through the pool has an order of its own."""
        size = self._experiment.train.batch_size
        count = len(self._soft_labels.examples)
        pool_pass, place = divmod(self.epoch * self._batches + batch, max(1, count // size))
        if pool_pass != self._pass:
            rng = np.random.default_rng((self._experiment.seed, 3, pool_pass))
            self._pass, self._order = pool_pass, rng.permutation(count)
        return self._order[place * size : (place + 1) * size]
