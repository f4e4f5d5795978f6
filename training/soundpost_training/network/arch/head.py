"""The last layers, the same for every network: pooling, dropout, logits."""

import keras
from keras import layers

from soundpost_training.network.arch.layer_names import LOGITS


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
