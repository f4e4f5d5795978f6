"""The default network: a compact strided residual CNN."""

import keras
from keras import layers
from msgspec import UnsetType

from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.arch.head import logits
from soundpost_training.network.arch.layer_names import TAIL
from soundpost_training.network.arch.stem import stem

TAIL_NARROWING = 4
"""Width of a tail block over that of the convolutions inside it; He et al. use 4 as well."""


def build_residual(
    config: ModelConfig, log_mel: keras.KerasTensor, labels: int, *, scaling: bool
) -> keras.KerasTensor:
    """Returns the logits of residual blocks of two 3x3 convolutions (He et al., CVPR 2016).

    Each block halves time and frequency. At equal size such a network runs 2.4 times faster in
    int8 than a depthwise-separable one. The `tail_blocks` behind them, of three convolutions with
    a bottleneck (figure 5 there), keep time and frequency.
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
    """Adds a residual block that is the identity at first.

    Its last normalisation starts at 0 (Goyal et al., "Accurate, Large Minibatch SGD", 2017).
    """
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
