"""A residual CNN without padding in time: overlapping windows can share its activations."""

import keras
from keras import layers
from msgspec import UnsetType

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.arch.head import logits
from soundpost_training.network.arch.stem import stem

KERNEL = 3
"""Frames and bands of the first convolution of a block."""

DEFAULT_STRIDE_FRAMES = 2


def build_streaming(
    config: ModelConfig, log_mel: keras.KerasTensor, labels: int, *, scaling: bool
) -> keras.KerasTensor:
    """Returns the logits of residual blocks whose activations depend on their own frames only.

    A convolution that pads at the edges of a window computes other values for the same sound in
    the next window. Here no convolution pads in time. So an activation of one window is equal to
    that of an overlapping one wherever the network's stride in frames divides the window's stride,
    and only the new frames need to be computed. The head pools over the window.

    Each block has a convolution of 3x3 with strides, whose stride in time is the block's in
    `block_stride_frames`, and one of 1x3. The second one adds no frames to the receptive field.

    Raises:
        TrainingError: The window is shorter than the receptive field.
    """
    _, frames, _, _ = log_mel.shape
    if frames < receptive_frames(config):
        raise TrainingError(
            f"expected windows of at least {receptive_frames(config)} frames, which an activation "
            f"of this network depends on, got window.frames = {frames}",
            hint="make window.frames larger, or the network's strides and blocks smaller",
        )
    hidden = stem(log_mel, config, scaling=scaling)
    for channels, stride in zip(config.block_channels, block_strides(config), strict=True):
        hidden = _block(hidden, channels, stride)
    return logits(hidden, labels, config.dropout)


def block_strides(config: ModelConfig) -> tuple[int, ...]:
    """Returns the stride in time of each block."""
    if isinstance(config.block_stride_frames, UnsetType):
        return (DEFAULT_STRIDE_FRAMES,) * len(config.block_channels)
    return config.block_stride_frames


def network_stride_frames(config: ModelConfig) -> int:
    """Returns the frames between two activations of the last block."""
    frames = config.stem_stride_frames
    for stride in block_strides(config):
        frames *= stride
    return frames


def receptive_frames(config: ModelConfig) -> int:
    """Returns the frames that one activation of the last block depends on."""
    frames, step = config.stem_kernel, config.stem_stride_frames
    for stride in block_strides(config):
        frames += (KERNEL - 1) * step
        step *= stride
    return frames


def _block(hidden: keras.KerasTensor, channels: int, stride: int) -> keras.KerasTensor:
    main = layers.Conv2D(channels, KERNEL, strides=(stride, 2), padding="valid", use_bias=False)(
        hidden
    )
    main = layers.ReLU()(layers.BatchNormalization()(main))
    # One frame high, so this padding is in frequency only.
    main = layers.Conv2D(channels, (1, KERNEL), padding="same", use_bias=False)(main)
    main = layers.BatchNormalization()(main)
    shortcut = _centres(hidden, main.shape, stride)
    shortcut = layers.Conv2D(channels, 1, strides=(stride, 2), use_bias=False)(shortcut)
    shortcut = layers.BatchNormalization()(shortcut)
    return layers.ReLU()(layers.Add()([main, shortcut]))


def _centres(hidden: keras.KerasTensor, wanted: tuple[int, ...], stride: int) -> keras.KerasTensor:
    """Crops a tensor so that a strided 1x1 convolution reads the centres of the 3x3 patches."""
    edges = []
    for size, count, step in (
        (hidden.shape[1], wanted[1], stride),
        (hidden.shape[2], wanted[2], 2),
    ):
        before = KERNEL // 2
        edges.append((before, size - before - (count - 1) * step - 1))
    return layers.Cropping2D(tuple(edges))(hidden)
