"""Linear heads on the outputs of both teachers, fitted to what data sets say."""

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from soundpost.classify.activation import sigmoid
from soundpost_training.audioset.soft_scores import TeacherScores
from soundpost_training.tagging.experiment import TargetsConfig
from soundpost_training.tagging.presence import Presence

BATCH = 256
PREDICT_BATCH = 4096
LEARNING_RATE = 1e-3
WEIGHT_DECAY = 0.02
DROPOUT = 0.3
UNKNOWN = -1.0

LEAST_PRESENT = 0.5
"""An example counts for a label that is this certainly audible."""

SURE_SCORE = 0.6
"""Teachers that score a label above this, where a data set has no such sound, may be right: its
authors named one sound of several. The example is left out for that label."""

LOGIT_LIMIT = 8.0
INPUT_VARIANCE = 0.0025
"""Added to variances, which keeps inputs that hardly vary from being blown up."""


class Heads:
    """One linear classifier for each label with enough examples.

    Args:
        config: How many examples are enough, and epochs.
        scores: The teachers' outputs of the examples.
        presence: What is known of them.
        blended: The teachers' scores of the labels, float32[n, labels].
        seed: Of dropout and order.

    Attributes:
        is_fitted: bool[labels], true for labels with enough examples.
    """

    def __init__(
        self,
        config: TargetsConfig,
        scores: TeacherScores,
        presence: Presence,
        blended: NDArray[np.float32],
        seed: int,
    ) -> None:
        targets: NDArray[np.float32] = np.full(blended.shape, UNKNOWN, np.float32)
        targets[presence.absent & (blended < SURE_SCORE)] = 0.0
        targets[presence.present > LEAST_PRESENT] = 1.0
        self.is_fitted = np.count_nonzero(targets == 1.0, axis=0) >= config.head_examples
        keras.utils.set_random_seed(seed)
        sample = _inputs(scores, slice(None, None, max(1, len(targets) // PREDICT_BATCH)))
        self._model = _build(sample, targets.shape[1])
        rng = np.random.default_rng(seed)
        batches = len(targets) // BATCH or 1
        schedule = keras.optimizers.schedules.CosineDecay(
            LEARNING_RATE, batches * config.head_epochs
        )
        self._model.compile(
            keras.optimizers.AdamW(schedule, weight_decay=WEIGHT_DECAY), _known_cross_entropy
        )
        for _ in range(config.head_epochs):
            order = rng.permutation(len(targets))
            for batch in np.array_split(order, batches):
                self._model.train_on_batch(_inputs(scores, np.sort(batch)), targets[np.sort(batch)])

    def label_scores(self, scores: TeacherScores) -> NDArray[np.float32]:
        """Returns the scores of each example, float32[n, labels]; see `is_fitted`."""
        firsts = range(0, len(scores.mn04_logits), PREDICT_BATCH)
        parts = [
            self._model.predict_on_batch(_inputs(scores, slice(first, first + PREDICT_BATCH)))
            for first in firsts
        ]
        return sigmoid(np.concatenate(parts).astype(np.float64)).astype(np.float32)


def _inputs(scores: TeacherScores, rows: slice | NDArray[np.int64]) -> NDArray[np.float32]:
    """Returns embedding and logits of both teachers, float32[n, features]."""
    probabilities = np.clip(scores.yamnet_scores[rows].astype(np.float32), 1e-4, 1.0 - 1e-4)
    yamnet = np.log(probabilities / (1.0 - probabilities))
    mn04 = np.clip(scores.mn04_logits[rows].astype(np.float32), -LOGIT_LIMIT, LOGIT_LIMIT)
    embedding = scores.mn04_embedding[rows].astype(np.float32)
    return np.concatenate((embedding, mn04, np.clip(yamnet, -LOGIT_LIMIT, LOGIT_LIMIT)), axis=1)


def _build(sample: NDArray[np.float32], labels: int) -> keras.Model:
    inputs = keras.Input((sample.shape[1],))
    normalize = layers.Normalization(
        mean=sample.mean(axis=0), variance=sample.var(axis=0) + INPUT_VARIANCE
    )
    return keras.Model(inputs, layers.Dense(labels)(layers.Dropout(DROPOUT)(normalize(inputs))))


def _known_cross_entropy(
    targets: keras.KerasTensor, logits: keras.KerasTensor
) -> keras.KerasTensor:
    """Returns the mean binary cross-entropy of the targets that are known."""
    known = ops.cast(targets >= 0.0, logits.dtype)
    losses = ops.maximum(logits, 0.0) - logits * targets + ops.softplus(-ops.abs(logits))
    return ops.sum(known * losses) / ops.maximum(ops.sum(known), 1.0)
