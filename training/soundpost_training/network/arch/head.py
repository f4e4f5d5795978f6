"""The last layers, the same for every network."""

import keras
from keras import layers

LOGITS = "logits"
"""The layer that is new whatever a network begins with."""


def logits(hidden: keras.KerasTensor, labels: int, dropout: float) -> keras.KerasTensor:
    """Logits float32[n, labels] from activations float32[n, frames, bands, channels].

    The mean and the maximum over time and frequency tell lasting sounds from short ones.
    """
    pooled = layers.Concatenate()(
        [layers.GlobalAveragePooling2D()(hidden), layers.GlobalMaxPooling2D()(hidden)]
    )
    return layers.Dense(labels, kernel_initializer="zeros", name=LOGITS)(
        layers.Dropout(dropout)(pooled)
    )
