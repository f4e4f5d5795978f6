"""YAMNet's architecture, whole or its first layers, without weights.

YAMNet is MobileNetV1 (Howard et al., "MobileNets", 2017) on log-mel, trained on AudioSet. Its
normalisation is folded into the convolutions, as the published weights have it.
"""

from collections.abc import Iterator

import keras
from keras import layers

from soundpost_training.network.arch.head import logits

LAYERS = 14
CHANNELS = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
STRIDES = (2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
"""Of each layer, in time and frequency. Layer 1 is a plain convolution, the rest are separable."""


def build_yamnet(
    log_mel: keras.KerasTensor, count: int, labels: int, dropout: float
) -> keras.KerasTensor:
    """Returns the logits over YAMNet's first `count` layers, which take log-mel unscaled."""
    *_, last = yamnet_layers(log_mel, count)
    return logits(last, labels, dropout)


def yamnet_layers(log_mel: keras.KerasTensor, count: int) -> Iterator[keras.KerasTensor]:
    """Yields the output of each of YAMNet's first layers, float32[n, frames, bands, channels]."""
    hidden = log_mel
    for number in range(1, count + 1):
        for convolution in convolutions(number):
            hidden = layers.ReLU()(convolution(hidden))
        yield hidden


def convolutions(number: int) -> list[layers.Layer]:
    """Returns the convolutions of a layer, counted from 1, under their names in YAMNet."""
    channels, stride = CHANNELS[number - 1], STRIDES[number - 1]
    if number == 1:
        return [layers.Conv2D(channels, 3, strides=stride, padding="same", name="layer1_conv")]
    return [
        layers.DepthwiseConv2D(
            3, strides=stride, padding="same", name=f"layer{number}_depthwise_conv"
        ),
        layers.Conv2D(channels, 1, name=f"layer{number}_pointwise_conv"),
    ]
