"""The default network: a compact strided residual CNN."""

import keras
from keras import layers
from msgspec import UnsetType

from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.arch.head import logits
from soundpost_training.network.arch.stem import stem

TAIL = "tail"
"""What the names of the layers behind the halving blocks begin with."""

TAIL_NARROWING = 4
"""By how much the convolutions inside a block of the tail are narrower than what goes through."""


def build_residual(
    config: ModelConfig, log_mel: keras.KerasTensor, labels: int, *, scaling: bool
) -> keras.KerasTensor:
    """The logits of residual blocks of two 3x3 convolutions (He et al., CVPR 2016).

    Each block halves time and frequency; at equal size such a net runs 2.4 times faster in int8
    than a depthwise-separable one. Behind them `tail_blocks` of three convolutions with a
    bottleneck (figure 5 there) leave time and frequency as they are.
    """
    hidden = stem(log_mel, config, scaling=scaling)
    for channels in config.block_channels:
        hidden = _halving_block(hidden, channels)
    tail = 0 if isinstance(config.tail_blocks, UnsetType) else config.tail_blocks
    for block in range(tail):
        hidden = _tail_block(hidden, f"{TAIL}{block}")
    return logits(hidden, labels, config.dropout)


def _halving_block(hidden: keras.KerasTensor, channels: int) -> keras.KerasTensor:
    main = layers.ReLU()(_convolution(hidden, channels, 3, 2))
    main = _convolution(main, channels, 3, 1)
    shortcut = _convolution(hidden, channels, 1, 2)
    return layers.ReLU()(layers.Add()([main, shortcut]))


def _convolution(
    hidden: keras.KerasTensor, channels: int, kernel: int, stride: int
) -> keras.KerasTensor:
    convolved = layers.Conv2D(channels, kernel, strides=stride, padding="same", use_bias=False)(
        hidden
    )
    return layers.BatchNormalization()(convolved)


def _tail_block(hidden: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """What goes in, and more: nothing at first (Goyal et al., "Accurate, Large Minibatch SGD")."""
    channels = hidden.shape[-1]
    narrow = channels // TAIL_NARROWING
    main = hidden
    for place, (width, kernel, gamma) in enumerate(
        ((narrow, 1, "ones"), (narrow, 3, "ones"), (channels, 1, "zeros"))
    ):
        main = layers.Conv2D(
            width, kernel, padding="same", use_bias=False, name=f"{name}_convolution{place}"
        )(main)
        main = layers.BatchNormalization(gamma_initializer=gamma, name=f"{name}_norm{place}")(main)
        main = layers.ReLU()(main) if gamma == "ones" else main
    return layers.ReLU()(layers.Add()([hidden, main]))
