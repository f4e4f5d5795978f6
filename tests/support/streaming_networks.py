"""Small int8 networks of several shapes whose convolutions do not pad in time."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import keras
import msgspec
import numpy as np
from keras import layers
from streaming_bundle import streaming_bundle

from soundpost.classify import Bundle
from soundpost.features import FeatureSpec
from soundpost.manifest import LogMelInput, Output, Streaming
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.arch.streaming import network_stride_frames, receptive_frames
from soundpost_training.network.build import build_model, fold_scaling
from soundpost_training.quantize.convert import convert
from soundpost_training.scoring.manifest import tensors

BANDS, LABELS = 64, 3


class Shape(NamedTuple):
    """A network and its windows.

    Attributes:
        config: The network.
        positions: In a window.
        more_frames: Frames of a window after its last position.
        new_positions: From one window to the next one.
    """

    config: ModelConfig
    positions: int
    more_frames: int
    new_positions: int

    @property
    def frames(self) -> int:
        """Frames of a window."""
        stride = network_stride_frames(self.config)
        return receptive_frames(self.config) + (self.positions - 1) * stride + self.more_frames

    @property
    def stride_frames(self) -> int:
        """Frames from one window to the next one."""
        return self.new_positions * network_stride_frames(self.config)


def _config(
    stem: tuple[int, int], channels: tuple[int, ...], strides: tuple[int, ...]
) -> ModelConfig:
    kernel, stride = stem
    return ModelConfig(
        arch="streaming",
        stem_channels=8,
        stem_kernel=kernel,
        stem_stride_frames=stride,
        block_channels=channels,
        block_stride_frames=strides,
        dropout=0.0,
    )


SHAPES = {
    "everyday": Shape(_config((5, 4), (8, 16, 16), (2, 3, 1)), 6, 0, 1),
    "two new positions": Shape(_config((5, 4), (8, 16), (2, 3)), 5, 7, 2),
    "every frame": Shape(_config((3, 1), (8,), (1,)), 4, 0, 3),
    "strides beyond the kernel": Shape(_config((5, 3), (8, 8), (4, 2)), 3, 5, 1),
}


@cache
def network(name: str) -> keras.Model:
    """Returns a network with random weights and statistics."""
    shape = SHAPES[name]
    keras.utils.set_random_seed(5)
    built = build_model(shape.config, shape.frames, BANDS, LABELS)
    rng = np.random.default_rng(6)
    for layer in built.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, each.shape) for each in layer.get_weights()])
        if isinstance(layer, layers.Dense):
            layer.set_weights([rng.normal(0.0, 0.5, each.shape) for each in layer.get_weights()])
    return fold_scaling(built, shape.config)


@cache
def tflite(name: str) -> bytes:
    """Returns the TFLite file of a network, on whole windows."""
    shape = SHAPES[name]
    rng = np.random.default_rng(7)
    windows = rng.uniform(-6.9, 3.0, (16, shape.frames, BANDS)).astype(np.float32)
    return convert(network(name), windows)


def bundle(name: str, model: bytes, streaming: Streaming | None) -> Bundle:
    """Returns a bundle of a network in memory."""
    shape, manifest = SHAPES[name], streaming_bundle().manifest
    entry, result = tensors(model)
    return Bundle(
        Path(),
        msgspec.structs.replace(
            manifest,
            input=LogMelInput(
                features=FeatureSpec(),
                window_frames=shape.frames,
                stride_frames=shape.stride_frames,
                tensor=entry,
            ),
            output=Output(tensor=result, activation="sigmoid", temperature=1.0),
            labels=manifest.labels[:LABELS],
            streaming=streaming,
        ),
        model,
    )
