"""YAMNet's first layers, frozen, as an embedding on which heads are fitted.

Used by teachers only: none of its weights goes into a bundle.
"""

from collections.abc import Sequence
from pathlib import Path

import keras
from keras import layers

from soundpost_training.network.arch.yamnet import yamnet_layers
from soundpost_training.network.pretrained.yamnet import yamnet_weights

POOLED_OFFSET = 0.01
"""Added before the logarithm of a pooled activation, which is never below zero."""


def build_embedding(path: Path, taps: Sequence[int], frames: int, bands: int) -> keras.Model:
    """Builds a network from log-mel float32[n, frames, bands, 1] to float32[n, features].

    The features are, for each tapped layer, the logarithms of mean and maximum over time and
    frequency.

    Args:
        path: YAMNet as a TFLite file with float arithmetic (weights may be int8).
        taps: Layers whose outputs are pooled, ascending, 1 to 14.
        frames: Frames of a window.
        bands: Mel bands.

    Raises:
        TrainingError: The file is missing or is not YAMNet.
    """
    weights = yamnet_weights(path)
    log_mel = keras.Input((frames, bands, 1))
    pooled = []
    for number, hidden in enumerate(yamnet_layers(log_mel, max(taps)), start=1):
        if number in taps:
            pooled += [layers.GlobalAveragePooling2D()(hidden), layers.GlobalMaxPooling2D()(hidden)]
    features = keras.ops.log(layers.Concatenate()(pooled) + POOLED_OFFSET)
    embedding = keras.Model(log_mel, features)
    for layer in embedding.layers:
        if layer.name in weights:
            layer.set_weights(weights[layer.name])
    return embedding
