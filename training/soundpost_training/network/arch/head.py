"""The last layers, the same for every network: pooling, dropout, logits."""

from typing import Any

import keras
from keras import layers

from soundpost_training.network.arch.layer_names import LOGITS

POOLED_OFFSET = 0.01
"""Added before the logarithm of a pooled activation, which is never below zero."""


def pooled_logarithms(maps: list[Any]) -> Any:  # noqa: ANN401 - tensors; Keras publishes no types
    """Returns the logarithms of mean and maximum over time and frequency of each activation.

    Args:
        maps: float32[n, frames, bands, channels] each, not below zero.

    Returns:
        float32[n, features].
    """
    pooled = [
        keras.ops.log(layers.Rescaling(1.0, POOLED_OFFSET)(pooling()(hidden)))
        for hidden in maps
        for pooling in (layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D)
    ]
    return layers.Concatenate()(pooled)


def logits(hidden: keras.KerasTensor, labels: int, dropout: float) -> keras.KerasTensor:
    """Adds the last layers to a network.

    Mean and maximum over time and frequency are both pooled: the mean represents lasting sounds,
    the maximum short ones.

    Args:
        hidden: Activations float32[n, frames, bands, channels].
        labels: Number of labels.
        dropout: Share of the pooled values that training drops.

    Returns:
        Logits float32[n, labels].
    """
    pooled = layers.Concatenate()(
        [layers.GlobalAveragePooling2D()(hidden), layers.GlobalMaxPooling2D()(hidden)]
    )
    return layers.Dense(labels, kernel_initializer="zeros", name=LOGITS)(
        layers.Dropout(dropout)(pooled)
    )
