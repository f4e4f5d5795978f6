"""A depthwise-separable CNN: few weights and multiplications, yet not the fastest in int8."""

import keras
from keras import layers

from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.arch.head import logits
from soundpost_training.network.arch.stem import stem


def build_separable(
    config: ModelConfig, log_mel: keras.KerasTensor, labels: int, *, scaling: bool
) -> keras.KerasTensor:
    """Returns the logits of blocks of two separable convolutions (Howard et al., 2017).

    The blocks are those of "MobileNets"; the first convolution of each halves time and frequency.
    """
    hidden = stem(log_mel, config, scaling=scaling)
    for channels in config.block_channels:
        for stride in (2, 1):
            hidden = _separable(hidden, channels, stride)
    return logits(hidden, labels, config.dropout)


def _separable(hidden: keras.KerasTensor, channels: int, stride: int) -> keras.KerasTensor:
    depthwise = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(hidden)
    depthwise = layers.ReLU()(layers.BatchNormalization()(depthwise))
    pointwise = layers.Conv2D(channels, 1, use_bias=False)(depthwise)
    return layers.ReLU()(layers.BatchNormalization()(pointwise))
