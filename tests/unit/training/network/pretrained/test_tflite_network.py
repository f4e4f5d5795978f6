"""A float network from an int8 TFLite file."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from soundpost.classify import load_bundle
from soundpost.classify.activation import sigmoid, softmax
from soundpost.classify.golden import read_golden
from soundpost_training.errors import TrainingError
from soundpost_training.network.pretrained.bundle_network import network_from_bundle
from soundpost_training.network.pretrained.tflite_graph import read_graph
from soundpost_training.network.pretrained.tflite_network import dequantised_network
from soundpost_training.network.pretrained.tflite_operators import Graph, Operator
from soundpost_training.quantize.convert import convert

pytestmark = pytest.mark.training

MODELS = Path(__file__).resolve().parents[5] / "models"


CLEAR_MARGIN = 0.02
"""Between the two highest scores; on silence those of all labels are about equal."""


@pytest.mark.parametrize("name", ["esc10", "esc50", "everyday"])
def test_the_scores_are_those_of_the_bundle(name: str) -> None:
    """On golden vectors float differs from int8 by the rounding of activations only."""
    bundle = load_bundle(MODELS / name)
    golden = read_golden(bundle)
    whole = dequantised_network(read_graph(bundle.model, name), name)
    assert golden.log_mel is not None
    logits = whole.network.predict_on_batch(golden.log_mel[..., None])
    output = bundle.manifest.output
    activation = sigmoid if output.activation == "sigmoid" else softmax
    scores = activation(np.asarray(logits, np.float64) / output.temperature)
    second, first = np.sort(golden.scores, axis=1)[:, -2:].T
    clear = first - second > CLEAR_MARGIN
    assert clear.any()
    assert np.array_equal(scores.argmax(axis=1)[clear], golden.scores.argmax(axis=1)[clear])
    assert np.abs(scores - golden.scores).mean() < 0.005


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("esc10", [(24, 15, 32), (12, 8, 64), (6, 4, 128)]),
        ("esc50", [(24, 15, 32), (12, 8, 64), (6, 4, 160)]),
        ("everyday", [(24, 14, 32), (8, 6, 96), (6, 2, 208)]),
    ],
)
def test_the_blocks_are_those_of_the_bundle(name: str, shapes: list[tuple[int, ...]]) -> None:
    """Features are taken of the last."""
    bundle = load_bundle(MODELS / name)
    whole = dequantised_network(read_graph(bundle.model, name), name)
    assert [tuple(block.shape[1:]) for block in whole.blocks] == shapes


def everything() -> keras.Model:
    """Returns a network of all operators that are read: padded in bands only, cut, pooled."""
    keras.utils.set_random_seed(3)
    log_mel = keras.Input((40, 16, 1))
    hidden = layers.Rescaling(0.5, 1.0)(log_mel)
    hidden = layers.ZeroPadding2D(((0, 0), (1, 1)))(hidden)
    hidden = layers.ReLU()(layers.Conv2D(8, 3, strides=(2, 1))(hidden))
    shortcut = layers.Conv2D(8, 1)(layers.Cropping2D(((1, 1), (0, 0)))(hidden))
    main = layers.ZeroPadding2D(((0, 0), (1, 1)))(hidden)
    main = layers.Conv2D(8, 3, bias_initializer="ones")(main)
    hidden = layers.ReLU()(layers.Add()([main, shortcut]))
    hidden = layers.ReLU(6.0)(layers.DepthwiseConv2D(3, padding="same", strides=2)(hidden))
    hidden = layers.MaxPooling2D(2)(hidden)
    pooled = [layers.GlobalAveragePooling2D()(hidden), layers.GlobalMaxPooling2D()(hidden)]
    joined = keras.ops.log(layers.Rescaling(1.0, 0.01)(layers.Concatenate()(pooled)))
    return keras.Model(log_mel, layers.Dense(3, name="logits")(joined))


def test_each_operator_is_read_back() -> None:
    """A network that was converted to int8 and back computes about what it computed before."""
    network = everything()
    windows = np.random.default_rng(0).normal(-2.0, 1.5, (30, 40, 16)).astype(np.float32)
    content = convert(network, windows)
    graph = read_graph(content, "everything")
    names = {operator.name for operator in graph.operators}
    assert {"CONV_2D", "DEPTHWISE_CONV_2D", "LOG", "MEAN", "REDUCE_MAX", "ADD"} <= names
    assert names & {"PAD", "PADV2"}
    assert names & {"STRIDED_SLICE", "SLICE"}
    back = dequantised_network(graph, "everything").network
    before, after = (
        np.asarray(each.predict_on_batch(windows[..., None])) for each in (network, back)
    )
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.99


def test_a_network_can_be_saved_and_trained(tmp_path: Path) -> None:
    """It has a new last layer of zeros for other labels, and its own for equal ones."""
    network = network_from_bundle(MODELS / "esc10", ["one", "two"], 0.1)
    network.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    window = np.random.default_rng(0).normal(-3.0, 2.0, (1, 192, 64, 1)).astype(np.float32)
    assert np.asarray(copy.predict_on_batch(window)).tolist() == [[0.0, 0.0]]
    before = network.layers[1].get_weights()[0].copy()
    network.compile(
        "adam", keras.losses.CategoricalCrossentropy(from_logits=True), run_eagerly=True
    )
    for _ in range(2):  # the first step leaves zeros, which pass no gradient on
        network.train_on_batch(window, np.array([[1.0, 0.0]], np.float32))
    assert not np.array_equal(network.layers[1].get_weights()[0], before)
    labels = load_bundle(MODELS / "esc10").manifest.label_names
    assert np.any(network_from_bundle(MODELS / "esc10", labels, 0.1).predict_on_batch(window))


def test_an_unknown_operator_is_named() -> None:
    """The error has the operator and those that can be read."""
    graph = Graph((Operator("number 99", (0,), (1,), {}),), {}, [(1, 9, 9, 1), (1, 2)], 0, 1)
    with pytest.raises(TrainingError, match="has the operator number 99"):
        dequantised_network(graph, "odd")


def test_an_input_other_than_log_mel_is_refused() -> None:
    """A network on waveforms has no window of features."""
    graph = Graph((), {}, [(1, 15600)], 0, 0)
    with pytest.raises(TrainingError, match=r"takes \[1, 15600\], expected log-mel"):
        dequantised_network(graph, "waveform")
