"""Makes three tiny bundles of models that take waveforms, beside this file.

`PYTHONPATH=tests/support python tests/golden/make_tiny_waveform_bundles.py`; needs the training
extra (TensorFlow) and onnxruntime. Weights are random, from a fixed seed; files, manifests and
golden vectors are real. `tiny-two-outputs` is TFLite, takes [1, n, 1] and gives logits and an
embedding; `tiny-onnx` takes [batch, n], and has its sigmoid inside; `tiny-variable` is TFLite and
takes samples of any number.
"""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from foreign_bundle import ForeignModel, write_bundle
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
from tiny_onnx import Node, onnx_file

from soundpost.classify.interpreter import Interpreter
from soundpost.manifest import CARD_FILE

HERE = Path(__file__).resolve().parent
SEED = 20_261_129
RATE_HZ = 16_000
TFLITE_SAMPLES, ONNX_SAMPLES = 1_600, 800
EMBEDDING = 4
LABELS = ("hiss", "hum", "hush")


def two_outputs() -> ForeignModel:
    """Returns a convolution over time, with its pooled values as the embedding."""
    keras.utils.set_random_seed(SEED)
    samples = keras.Input((TFLITE_SAMPLES, 1), batch_size=1)
    convolved = keras.layers.Conv1D(EMBEDDING, 40, strides=20, activation="relu")(samples)
    pooled = keras.layers.GlobalAveragePooling1D()(convolved)
    scaled = keras.layers.Rescaling(20.0)(pooled)
    network = keras.Model(samples, [scaled, keras.layers.Dense(len(LABELS))(scaled)])
    shape = tf.TensorSpec((1, TFLITE_SAMPLES, 1), tf.float32)
    # Without freezing first, the batch would be -1 instead of 1.
    frozen = convert_variables_to_constants_v2(tf.function(network).get_concrete_function(shape))
    content = tf.lite.TFLiteConverter.from_concrete_functions([frozen]).convert()
    widths = [tensor.shape[-1] for tensor in Interpreter(content).outputs]
    return ForeignModel(
        content=content,
        runtime="tflite",
        sample_rate_hz=RATE_HZ,
        window_samples=TFLITE_SAMPLES,
        labels=LABELS,
        activation="sigmoid",
        stride_samples=TFLITE_SAMPLES // 2,
        position=widths.index(len(LABELS)),
        embedding=widths.index(EMBEDDING),
    )


def onnx() -> ForeignModel:
    """Returns two layers on the rectified samples."""
    rng = np.random.default_rng(SEED)
    weights = {
        "first": rng.normal(0.0, 0.1, (ONNX_SAMPLES, EMBEDDING)).astype(np.float32),
        "second": rng.normal(0.0, 1.0, (EMBEDDING, len(LABELS))).astype(np.float32),
    }
    nodes = [
        Node("Abs", ["waveform"], ["rectified"]),
        Node("MatMul", ["rectified", "first"], ["embedding"]),
        Node("MatMul", ["embedding", "second"], ["logits"]),
        Node("Sigmoid", ["logits"], ["scores"]),
    ]
    content = onnx_file(
        nodes,
        weights,
        inputs={"waveform": ["batch", ONNX_SAMPLES]},
        outputs={"embedding": ["batch", EMBEDDING], "scores": ["batch", len(LABELS)]},
    )
    return ForeignModel(
        content=content,
        runtime="onnx",
        sample_rate_hz=RATE_HZ,
        window_samples=ONNX_SAMPLES,
        labels=LABELS,
        activation="none",
        stride_samples=ONNX_SAMPLES // 2,
        position=1,
        embedding=0,
    )


def variable() -> ForeignModel:
    """Returns statistics of any number of samples: their mean size, the largest and the last."""

    def statistics(samples: tf.Tensor) -> tf.Tensor:
        size = tf.abs(samples)
        return tf.stack([tf.reduce_mean(size), tf.reduce_max(size), size[-1]])[None]

    function = tf.function(statistics).get_concrete_function(tf.TensorSpec([None], tf.float32))
    return ForeignModel(
        content=tf.lite.TFLiteConverter.from_concrete_functions([function]).convert(),
        runtime="tflite",
        sample_rate_hz=RATE_HZ,
        window_samples=TFLITE_SAMPLES,
        labels=LABELS,
        activation="none",
        stride_samples=TFLITE_SAMPLES // 2,
    )


if __name__ == "__main__":
    models = {"tiny-two-outputs": two_outputs(), "tiny-onnx": onnx(), "tiny-variable": variable()}
    for name, model in models.items():
        write_bundle(HERE / name, model)
        text = f"# {name}\n\nRandom weights, for tests. Made by `{Path(__file__).name}`.\n"
        (HERE / name / CARD_FILE).write_text(text, encoding="utf-8")
