"""MobileNetV2 as Keras publishes it, to be started from its ImageNet weights."""

import keras
from keras import layers

from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.arch.head import logits
from soundpost_training.network.arch.stem import scale

COLOURS = 3
"""Channels of the pictures that ImageNet has; log-mel is repeated in each."""


def build_mobilenet_v2(
    config: ModelConfig, log_mel: keras.KerasTensor, labels: int
) -> keras.KerasTensor:
    """Returns the logits over MobileNetV2 (Sandler et al., CVPR 2018), with random weights.

    Log-mel is given to it as a grey picture. `mobilenet_v2_weights` has the ImageNet weights, by
    the names of these layers.
    """
    picture = layers.Concatenate()([scale(log_mel)] * COLOURS)
    _, frames, bands, _ = log_mel.shape
    network = keras.applications.MobileNetV2(
        input_shape=(frames, bands, COLOURS),
        alpha=config.width,
        include_top=False,
        weights=None,
        input_tensor=picture,
    )
    return logits(network.output, labels, config.dropout)
