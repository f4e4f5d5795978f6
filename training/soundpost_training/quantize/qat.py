"""Quantisation-aware fine-tuning: a few epochs in which the network gets used to int8.

The network itself in float is the teacher, so neither labels nor augmentation are needed: what is
learnt is to say on the grid what was said before it.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from soundpost_training.experiment.deploy import QuantizeConfig
from soundpost_training.progress import bar
from soundpost_training.quantize.fake_quant import (
    GridActivation,
    GridConv2D,
    GridDense,
    GridDepthwiseConv2D,
    weights_on_grid,
)

Windows = NDArray[np.float32]
OnEntry = Callable[[keras.KerasTensor], keras.KerasTensor]

ON_GRID: dict[type[layers.Layer], Any] = {
    layers.Conv2D: GridConv2D,
    layers.DepthwiseConv2D: GridDepthwiseConv2D,
    layers.Dense: GridDense,
}
FUSED = (layers.BatchNormalization, layers.ReLU, layers.Dropout)
"""The device does these together with the layer before, or not at all: nothing is rounded there."""

BATCH = 32

A_FEW_EPOCHS = 5
"""Where settings leave it open."""


def aware_epochs(config: QuantizeConfig) -> int:
    """For how long a network gets used to int8 when it does."""
    return A_FEW_EPOCHS if config.aware_epochs is None else config.aware_epochs


def fine_tune_quantised(
    network: keras.Model, config: QuantizeConfig, windows: Windows, calibration: Windows, seed: int
) -> keras.Model:
    """The network with its kernels on the grid, or as it was where that would hear no better.

    Args:
        network: In float, as it is about to be converted.
        config: How long and how fast.
        windows: float32[n, frames, bands] of clips that were trained on.
        calibration: float32[n, frames, bands], what the ranges of activations are taken from.
        seed: Of the order in which the windows are heard.
    """
    aware, epochs = _on_grid(network, calibration), aware_epochs(config)
    rate = keras.optimizers.schedules.CosineDecay(
        config.aware_learning_rate, epochs * -(-len(windows) // BATCH)
    )
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    aware.compile(keras.optimizers.Adam(rate), loss)
    told, judged = (_scores(network, some) for some in (windows, calibration))
    before = aware.evaluate(calibration[..., None], judged, batch_size=BATCH, verbose=0)
    rng = np.random.default_rng(seed)
    with bar() as progress:
        task = progress.add_task("getting used to int8", total=epochs)
        for _ in range(epochs):
            for batch in np.array_split(rng.permutation(len(windows)), -(-len(windows) // BATCH)):
                aware.train_on_batch(windows[batch][..., None], told[batch])
            progress.advance(task)
    after = aware.evaluate(calibration[..., None], judged, batch_size=BATCH, verbose=0)
    return _with_weights_of(aware, network) if after < before else network


def _scores(network: keras.Model, windows: Windows) -> NDArray[np.float32]:
    logits = network.predict(windows[..., None], batch_size=256, verbose=0)
    return np.asarray(keras.ops.softmax(np.asarray(logits, np.float32)))


def _on_grid(network: keras.Model, calibration: Windows) -> keras.Model:
    """The same network, rounding as int8 does; its normalisation is left as it is."""
    watched: list[keras.KerasTensor] = []

    def watch(tensor: keras.KerasTensor) -> keras.KerasTensor:
        watched.append(tensor)
        return tensor

    watching = _copy(network, watch)
    ranges = iter(_ranges(keras.Model(watching.input, watched), calibration))

    def round_off(tensor: keras.KerasTensor) -> keras.KerasTensor:
        return GridActivation(*next(ranges))(tensor)

    aware = _copy(network, round_off)
    for layer in aware.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False
    return aware


def _copy(network: keras.Model, on_entry: OnEntry) -> keras.Model:
    """The network with its kernels on the grid, and something done to what each layer is given.

    A tensor that two layers are given is only done once.
    """
    done: dict[int, keras.KerasTensor] = {}

    def layer_of(layer: layers.Layer) -> layers.Layer:
        settings = layer.get_config()
        if isinstance(layer, layers.Dropout):
            settings["rate"] = 0.0
        kind = ON_GRID.get(type(layer), type(layer))
        return kind.from_config(settings)

    def enter(tensor: keras.KerasTensor) -> keras.KerasTensor:
        if id(tensor) not in done:
            done[id(tensor)] = on_entry(tensor)
        return done[id(tensor)]

    def call(layer: layers.Layer, given: Any, **settings: Any) -> Any:  # noqa: ANN401 - tensors
        if not isinstance(layer, FUSED):
            given = keras.tree.map_structure(enter, given)
        return layer(given, **settings)

    copy = keras.models.clone_model(network, clone_function=layer_of, call_function=call)
    copy.set_weights(network.get_weights())
    return copy


def _ranges(probe: keras.Model, calibration: Windows) -> list[tuple[float, float]]:
    """The lowest and the highest value that each output of a network takes."""
    lows, highs = [], []
    for first in range(0, len(calibration), BATCH):
        seen = probe.predict_on_batch(calibration[first : first + BATCH][..., None])
        lows.append([float(np.min(values)) for values in seen])
        highs.append([float(np.max(values)) for values in seen])
    return list(zip(np.min(lows, axis=0).tolist(), np.max(highs, axis=0).tolist(), strict=True))


def _with_weights_of(aware: keras.Model, network: keras.Model) -> keras.Model:
    tuned = keras.models.clone_model(network)
    tuned.set_weights(aware.get_weights())
    for layer in tuned.layers:
        if type(layer) in ON_GRID:
            kernel, *rest = layer.get_weights()
            axes = ON_GRID[type(layer)].channel_axes
            layer.set_weights([weights_on_grid(kernel, axes), *rest])
    return tuned
