"""Learning from a teacher: Hinton, Vinyals and Dean, "Distilling the Knowledge", 2015."""

import keras
from keras import ops


class DistillationLoss(keras.losses.Loss):  # type: ignore[misc]  # Keras publishes no types
    """Cross-entropy with what the teacher says, and a little with what is true.

    Targets are float32[n, 2, labels] (true, told at the temperature), predictions are logits
    float32[n, labels]. Teacher and student are given the very same example (Beyer et al.,
    "Knowledge distillation: a good teacher is patient and consistent", CVPR 2022).
    """

    def __init__(self, temperature: float, weight: float) -> None:
        super().__init__(name="distillation")
        self._temperature = temperature
        self._weight = weight

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """The loss of each example, float32[n]."""
        true, told = y_true[:, 0], y_true[:, 1]
        hard = -ops.sum(true * ops.log_softmax(y_pred), axis=-1)
        softened = ops.log_softmax(y_pred / self._temperature)
        # The square keeps the gradient's size when the temperature changes (section 2 there).
        soft = -ops.sum(told * softened, axis=-1) * self._temperature**2
        return (1.0 - self._weight) * hard + self._weight * soft
