"""AdamW with a lower learning rate for layers that start from trained weights."""

from typing import TypeAlias

import keras
from keras import ops

from soundpost_training.network.arch.layer_names import LOGITS

Rate: TypeAlias = float | keras.optimizers.schedules.LearningRateSchedule


def adamw(
    learning_rate: Rate, backbone_share: float | None, **settings: object
) -> keras.optimizers.Optimizer:
    """Returns AdamW (Loshchilov and Hutter, ICLR 2019), with two rates if a share is given.

    Args:
        learning_rate: Of the last layer.
        backbone_share: Share of that rate for every other layer; None gives all layers one rate.
        settings: As for `keras.optimizers.AdamW`.
    """
    if backbone_share is None:
        return keras.optimizers.AdamW(learning_rate, **settings)
    return TwoRateAdamW(learning_rate, backbone_share=backbone_share, **settings)


class TwoRateAdamW(keras.optimizers.AdamW):  # type: ignore[misc]  # Keras publishes no types
    """AdamW with another learning rate for all layers but the last; see `adamw`."""

    def __init__(self, learning_rate: Rate, *, backbone_share: float, **settings: object) -> None:
        super().__init__(learning_rate, **settings)
        self._share = backbone_share

    def update_step(
        self, gradient: keras.KerasTensor, variable: keras.Variable, learning_rate: float
    ) -> None:
        """Updates one variable; called by Keras."""
        # TensorFlow passes variables of its own, whose name is the path.
        if not getattr(variable, "path", variable.name).startswith(f"{LOGITS}/"):
            learning_rate *= ops.cast(self._share, variable.dtype)
        super().update_step(gradient, variable, learning_rate)

    def get_config(self) -> dict[str, object]:
        """Returns the settings to save with a model; called by Keras."""
        return {**super().get_config(), "backbone_share": self._share}
