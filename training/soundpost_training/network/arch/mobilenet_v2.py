"""MobileNetV2 as Keras publishes it, for those who begin with what ImageNet taught it."""

import keras
from keras import layers

from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.arch.head import logits
from soundpost_training.network.arch.stem import scale

COLOURS = 3


def build_mobilenet_v2(
    config: ModelConfig, log_mel: keras.KerasTensor, labels: int
) -> keras.KerasTensor:
    """The logits over MobileNetV2 (Sandler et al., CVPR 2018), to which log-mel is a grey picture.

    Random weights: whoever wants ImageNet's loads them by their layers' names.
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
