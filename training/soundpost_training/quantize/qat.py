"""Quantisation-aware training (QAT): fine-tunes a network with fake-quantised layers.

Self-distillation: the targets are the float network's own scores, so no labels and no augmentation
are needed.
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
    FakeQuantActivation,
    FakeQuantConv2D,
    FakeQuantDense,
    FakeQuantDepthwiseConv2D,
    round_to_grid,
)
from soundpost_training.scoring.fold_scores import float_scores

Windows = NDArray[np.float32]
OnInput = Callable[[keras.KerasTensor], keras.KerasTensor]

FAKE_QUANTISED: dict[type[layers.Layer], Any] = {
    layers.Conv2D: FakeQuantConv2D,
    layers.DepthwiseConv2D: FakeQuantDepthwiseConv2D,
    layers.Dense: FakeQuantDense,
}
FUSED = (layers.BatchNormalization, layers.ReLU, layers.Dropout)
"""The device fuses these with the layer before, or drops them: their inputs are not rounded."""

BATCH = 32

DEFAULT_EPOCHS = 5
"""Where the settings leave it open."""


def qat_epochs(config: QuantizeConfig) -> int:
    """Returns the number of epochs, if the network is fine-tuned."""
    return DEFAULT_EPOCHS if config.aware_epochs is None else config.aware_epochs


def fine_tune_quantised(
    network: keras.Model, config: QuantizeConfig, windows: Windows, calibration: Windows, seed: int
) -> keras.Model:
    """Returns the network fine-tuned for int8, or `network` itself if that brought nothing.

    The kernels of the returned network are on the int8 grid. It is returned only if its
    fake-quantised scores are closer to the float scores than before.

    Args:
        network: In float, as it is to be converted.
        config: Epochs and learning rate.
        windows: float32[n, frames, bands] of training clips.
        calibration: float32[n, frames, bands], from which the ranges of activations are taken.
        seed: Of the order of the windows.
    """
    quantised, epochs = _fake_quantised(network, calibration), qat_epochs(config)
    steps = -(-len(windows) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(config.aware_learning_rate, epochs * steps)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    quantised.compile(keras.optimizers.Adam(rate), loss)
    targets = float_scores(network, windows)
    held_out = calibration[..., None], float_scores(network, calibration)
    before = quantised.evaluate(*held_out, batch_size=BATCH, verbose=0)
    rng = np.random.default_rng(seed)
    with bar() as progress:
        task = progress.add_task("quantisation-aware training", total=epochs)
        for _ in range(epochs):
            for batch in np.array_split(rng.permutation(len(windows)), steps):
                quantised.train_on_batch(windows[batch][..., None], targets[batch])
            progress.advance(task)
    after = quantised.evaluate(*held_out, batch_size=BATCH, verbose=0)
    return _rounded_copy(quantised, network) if after < before else network


def _fake_quantised(network: keras.Model, calibration: Windows) -> keras.Model:
    """Returns the network with all weights and activations rounded as int8 rounds them.

    Its normalisations are frozen.
    """
    watched: list[keras.KerasTensor] = []

    def watch(tensor: keras.KerasTensor) -> keras.KerasTensor:
        watched.append(tensor)
        return tensor

    probe = _copy(network, watch)
    ranges = iter(_ranges(keras.Model(probe.input, watched), calibration))

    def quantise(tensor: keras.KerasTensor) -> keras.KerasTensor:
        return FakeQuantActivation(*next(ranges))(tensor)

    quantised = _copy(network, quantise)
    for layer in quantised.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False
    return quantised


def _copy(network: keras.Model, on_input: OnInput) -> keras.Model:
    """Copies a network with fake-quantised kernels and `on_input` applied to inputs of layers.

    It is applied once to a tensor that several layers read.
    """
    done: dict[int, keras.KerasTensor] = {}

    def layer_of(layer: layers.Layer) -> layers.Layer:
        settings = layer.get_config()
        if isinstance(layer, layers.Dropout):
            settings["rate"] = 0.0
        kind = FAKE_QUANTISED.get(type(layer), type(layer))
        return kind.from_config(settings)

    def once(tensor: keras.KerasTensor) -> keras.KerasTensor:
        if id(tensor) not in done:
            done[id(tensor)] = on_input(tensor)
        return done[id(tensor)]

    def call(layer: layers.Layer, inputs: Any, **settings: Any) -> Any:  # noqa: ANN401 - tensors
        if not isinstance(layer, FUSED):
            inputs = keras.tree.map_structure(once, inputs)
        return layer(inputs, **settings)

    copy = keras.models.clone_model(network, clone_function=layer_of, call_function=call)
    copy.set_weights(network.get_weights())
    return copy


def _ranges(probe: keras.Model, calibration: Windows) -> list[tuple[float, float]]:
    """Returns the lowest and the highest value of each output of a network."""
    lows, highs = [], []
    for first in range(0, len(calibration), BATCH):
        outputs = probe.predict_on_batch(calibration[first : first + BATCH][..., None])
        lows.append([float(np.min(values)) for values in outputs])
        highs.append([float(np.max(values)) for values in outputs])
    return list(zip(np.min(lows, axis=0).tolist(), np.max(highs, axis=0).tolist(), strict=True))


def _rounded_copy(quantised: keras.Model, network: keras.Model) -> keras.Model:
    """Returns a copy of `network` with the fine-tuned weights, kernels rounded to the grid."""
    tuned = keras.models.clone_model(network)
    tuned.set_weights(quantised.get_weights())
    for layer in tuned.layers:
        if type(layer) in FAKE_QUANTISED:
            kernel, *rest = layer.get_weights()
            axes = FAKE_QUANTISED[type(layer)].channel_axes
            layer.set_weights([round_to_grid(kernel, axes), *rest])
    return tuned
