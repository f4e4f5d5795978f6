"""Distillation loss: Hinton, Vinyals and Dean, "Distilling the Knowledge", 2015."""

import keras
from keras import ops


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
        # The square keeps the gradient's size when the temperature changes (section 2 there).
        soft = -ops.sum(soft_labels * softened, axis=-1) * self._temperature**2
        return (1.0 - self._weight) * hard + self._weight * soft
