"""The streaming network: activations of overlapping windows are equal where they overlap."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.arch.streaming import (
    block_strides,
    network_stride_frames,
    receptive_frames,
)
from soundpost_training.network.build import build_model

pytestmark = pytest.mark.training

BANDS, LABELS, COLUMNS = 64, 3, 4
CONFIG = ModelConfig(
    arch="streaming",
    stem_channels=8,
    block_channels=(8, 16, 16),
    block_stride_frames=(2, 3, 1),
    dropout=0.0,
)
OTHERS = (
    CONFIG,
    ModelConfig(arch="streaming", stem_channels=8, block_channels=(8, 8)),
    ModelConfig(
        arch="streaming",
        stem_channels=8,
        stem_kernel=3,
        stem_stride_frames=1,
        block_channels=(8,),
        block_stride_frames=(1,),
    ),
)


def body(config: ModelConfig, frames: int) -> keras.Model:
    """Returns a network without its head, float32[n, frames, bands, 1] to the last block."""
    network = build_model(config, frames, BANDS, LABELS)
    pooling = next(
        layer for layer in network.layers if isinstance(layer, layers.GlobalAveragePooling2D)
    )
    return keras.Model(network.input, pooling.input)


def frames_of(config: ModelConfig, columns: int) -> int:
    """Returns the frames of a window with a number of activations of the last block."""
    return receptive_frames(config) + (columns - 1) * network_stride_frames(config)


def log_mel(frames: int, seed: int = 1) -> NDArray[np.float32]:
    """Returns random log-mel, float32[1, frames, bands, 1]."""
    rng = np.random.default_rng(seed)
    return rng.uniform(-6.9, 3.0, (1, frames, BANDS, 1)).astype(np.float32)


def randomise(network: keras.Model, seed: int = 2) -> keras.Model:
    """Sets statistics of normalisation that do more than nothing; returns the network."""
    rng = np.random.default_rng(seed)
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
    return network


@pytest.mark.parametrize("config", OTHERS, ids=["default strides", "halving", "dense"])
def test_overlapping_windows_have_equal_activations(config: ModelConfig) -> None:
    """Windows cut at multiples of the network's stride give columns of one long stretch."""
    stride, columns = network_stride_frames(config), 2 * COLUMNS
    whole = randomise(body(config, frames_of(config, columns)))
    window = body(config, frames_of(config, COLUMNS))
    window.set_weights(whole.get_weights())
    stretch = log_mel(frames_of(config, columns))
    expected = whole.predict_on_batch(stretch)
    assert expected.shape[1] == columns
    assert expected.std() > 0.01
    for first in range(columns - COLUMNS + 1):
        start = first * stride
        cut = stretch[:, start : start + frames_of(config, COLUMNS)]
        np.testing.assert_allclose(
            window.predict_on_batch(cut),
            expected[:, first : first + COLUMNS],
            rtol=1e-4,
            atol=1e-5,
        )


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """Provides the body of a network with four activations in time."""
    return randomise(body(CONFIG, frames_of(CONFIG, COLUMNS)))


@settings(max_examples=25)
@given(column=st.integers(0, COLUMNS - 1), seed=st.integers(0, 1000))
def test_an_activation_depends_on_its_own_frames_only(
    network: keras.Model, column: int, seed: int
) -> None:
    """Other sound before and after its receptive field changes nothing."""
    frames = frames_of(CONFIG, COLUMNS)
    first = column * network_stride_frames(CONFIG)
    other = log_mel(frames, seed)
    own = slice(first, first + receptive_frames(CONFIG))
    other[:, own] = log_mel(frames)[:, own]
    expected = network.predict_on_batch(log_mel(frames))[:, column]
    changed = network.predict_on_batch(other)[:, column]
    np.testing.assert_allclose(changed, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("edge", [0, -1])
def test_an_activation_depends_on_the_first_and_last_of_its_frames(
    network: keras.Model, edge: int
) -> None:
    """The receptive field is stated exactly, not too wide; the next activation is not affected."""
    before = log_mel(frames_of(CONFIG, COLUMNS))
    after = before.copy()
    after[:, range(receptive_frames(CONFIG))[edge]] += 3.0
    difference = np.abs(network.predict_on_batch(after) - network.predict_on_batch(before))
    assert difference[:, 0].max() > 1e-4


@pytest.mark.parametrize("config", OTHERS, ids=["default strides", "halving", "dense"])
def test_a_window_needs_the_frames_of_a_receptive_field(config: ModelConfig) -> None:
    """With these it has one activation; with one stride more it has two, as nothing is padded."""
    frames, stride = receptive_frames(config), network_stride_frames(config)
    counts = [body(config, some).output_shape[1] for some in (frames, frames + stride)]
    assert counts == [1, 2]
    assert body(config, frames + stride - 1).output_shape[1] == 1


def test_strides_are_two_unless_they_are_given() -> None:
    """The stem has a stride of four frames."""
    assert block_strides(OTHERS[1]) == (2, 2)
    assert network_stride_frames(OTHERS[1]) == 16
    assert block_strides(CONFIG) == (2, 3, 1)
    assert network_stride_frames(CONFIG) == 24


def test_a_stride_for_each_block_is_needed() -> None:
    """The error names the number of blocks."""
    with pytest.raises(ValueError, match="needs 2 strides"):
        ModelConfig(arch="streaming", block_channels=(8, 8), block_stride_frames=(2,))


def test_a_window_shorter_than_the_receptive_field_is_refused() -> None:
    """The error names both lengths, before any training."""
    frames = receptive_frames(CONFIG)
    build_model(CONFIG, frames, 64, 3)
    with pytest.raises(TrainingError, match=f"at least {frames} frames.*got .* {frames - 1}$"):
        build_model(CONFIG, frames - 1, 64, 3)
