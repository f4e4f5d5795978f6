"""A network of YAMNet's shape, whole or its first layers, whatever weights it is given.

YAMNet is MobileNetV1 (Howard et al., "MobileNets", 2017) on log-mel, trained on AudioSet. Its
normalisation is folded into the convolutions, as the published weights have it.
"""

from collections.abc import Iterator

import keras
from keras import layers

from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.arch.head import logits

LAYERS = 14
CHANNELS = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
STRIDES = (2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
"""Of each layer in time and frequency; the first is a plain convolution, the rest separable."""


def build_yamnet(config: ModelConfig, log_mel: keras.KerasTensor, labels: int) -> keras.KerasTensor:
    """The logits over YAMNet's first `config.layers` layers; it hears log-mel as it is."""
    *_, last = yamnet_layers(log_mel, config.layers)
    return logits(last, labels, config.dropout)


def yamnet_layers(log_mel: keras.KerasTensor, count: int) -> Iterator[keras.KerasTensor]:
    """What each of YAMNet's first layers answers, float32[n, frames, bands, channels]."""
    hidden = log_mel
    for number in range(1, count + 1):
        for convolution in convolutions(number):
            hidden = layers.ReLU()(convolution(hidden))
        yield hidden


def convolutions(number: int) -> list[layers.Layer]:
    """The convolutions of a layer, counted from 1, under their names in YAMNet."""
    channels, stride = CHANNELS[number - 1], STRIDES[number - 1]
    if number == 1:
        return [layers.Conv2D(channels, 3, strides=stride, padding="same", name="layer1_conv")]
    return [
        layers.DepthwiseConv2D(
            3, strides=stride, padding="same", name=f"layer{number}_depthwise_conv"
        ),
        layers.Conv2D(channels, 1, name=f"layer{number}_pointwise_conv"),
    ]
