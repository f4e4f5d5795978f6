"""Makes the two tiny bundles beside this file: `python tests/golden/make_tiny_bundles.py`.

Their weights are random, from a fixed seed; conversion, quantisation, manifest and golden vectors
are real. Needs the training extra (TensorFlow). Another version of TensorFlow may write other
bytes, and the manifests with them.
"""

import hashlib
import io
from pathlib import Path
from typing import Literal

import keras
import msgspec
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from soundpost.classify import Classifier, load_bundle
from soundpost.classify.interpreter import Interpreter
from soundpost.classify.runtime import TensorInfo
from soundpost.features import FeatureSpec, LogMel
from soundpost.manifest import (
    CARD_FILE,
    GOLDEN_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    Artifact,
    Label,
    LogMelInput,
    Manifest,
    Output,
    Tensor,
    Training,
)

HERE = Path(__file__).resolve().parent
SEED = 20_261_120
SPEC = FeatureSpec()
WINDOW_FRAMES = 16
STRIDE_FRAMES = 8
LABELS = ("hiss", "hum", "hush")
COMMAND = "python tests/golden/make_tiny_bundles.py"


def sounds() -> NDArray[np.int16]:
    """Returns int16[3, window_samples]: digital silence, a loud sine, clipped noise."""
    samples = SPEC.sample_count(WINDOW_FRAMES)
    seconds = np.arange(samples) / SPEC.sample_rate_hz
    noise = np.random.default_rng(SEED).normal(0.0, 20_000.0, samples)
    sine = 16_000.0 * np.sin(2.0 * np.pi * 440.0 * seconds)
    rows = np.stack([np.zeros(samples), sine, noise])
    return np.clip(np.rint(rows), -32_768, 32_767).astype(np.int16)


def network() -> keras.Model:
    """Builds a network: a convolution, a global mean and a dense layer."""
    keras.utils.set_random_seed(SEED)
    return keras.Sequential(
        [
            keras.Input((WINDOW_FRAMES, SPEC.mel_bands, 1), batch_size=1),
            keras.layers.Conv2D(4, 5, strides=4, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(len(LABELS)),
        ]
    )


def convert(model: keras.Model, windows: NDArray[np.float32], dtype: str) -> bytes:
    """Converts the network to TFLite, for int8 calibrated on the windows."""
    shape = tf.TensorSpec((1, WINDOW_FRAMES, SPEC.mel_bands, 1), tf.float32)
    # Without freezing first, the batch would be -1 instead of 1.
    frozen = convert_variables_to_constants_v2(tf.function(model).get_concrete_function(shape))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    if dtype == "int8":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([row[None, :, :, None]] for row in windows)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    content: bytes = converter.convert()
    return content


def archive(
    pcm: NDArray[np.int16], log_mel: NDArray[np.float32], scores: NDArray[np.float32]
) -> bytes:
    """Returns the bytes of golden.npz."""
    file = io.BytesIO()
    np.savez_compressed(file, pcm=pcm, log_mel=log_mel, scores=scores)
    return file.getvalue()


def artifact(content: bytes) -> Artifact:
    """Returns the manifest's record of a file."""
    return Artifact(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def tensor(info: TensorInfo) -> Tensor:
    """Returns the manifest's record of a tensor."""
    return Tensor(
        shape=list(info.shape),
        dtype="int8" if info.dtype == "int8" else "float32",
        scale=info.scale,
        zero_point=info.zero_point,
    )


def manifest(
    name: str, content: bytes, golden: bytes, activation: Literal["softmax", "sigmoid"]
) -> Manifest:
    """Returns the manifest of a tiny bundle."""
    interpreter = Interpreter(content)
    return Manifest(
        schema=1,
        id=name,
        version="1.0.0",
        minimum_daemon="0.1.0",
        model=artifact(content),
        golden=artifact(golden),
        input=LogMelInput(
            features=SPEC,
            window_frames=WINDOW_FRAMES,
            stride_frames=STRIDE_FRAMES,
            tensor=tensor(interpreter.input),
        ),
        output=Output(tensor=tensor(interpreter.output), activation=activation, temperature=0.5),
        labels=[
            Label(
                name=label,
                on_threshold=0.5,
                off_threshold=0.4,
                smoothing_windows=2,
                minimum_samples=1_280,
                refractory_samples=16_000,
            )
            for label in LABELS
        ],
        training=Training(
            data="none: random weights",
            licence="Apache-2.0",
            attribution="",
            folds=[],
            held_out_folds=[],
            command=COMMAND,
        ),
        metrics=[],
    )


def write(folder: Path, dtype: str, activation: Literal["softmax", "sigmoid"]) -> None:
    """Writes one bundle; its golden scores are computed by the finished bundle itself."""
    pcm = sounds()
    log_mel = np.stack([LogMel(SPEC).compute(row) for row in pcm])
    content = convert(network(), log_mel, dtype)
    folder.mkdir(exist_ok=True)
    (folder / MODEL_FILE).write_bytes(content)
    (folder / CARD_FILE).write_text(
        f"# {folder.name}\n\nRandom weights, for tests. Made by `{COMMAND}`.\n", encoding="utf-8"
    )
    scores = np.zeros((len(pcm), len(LABELS)), np.float32)
    for _ in range(2):  # a bundle is complete before it is loaded, and loaded to compute its scores
        golden = archive(pcm=pcm, log_mel=log_mel, scores=scores)
        (folder / GOLDEN_FILE).write_bytes(golden)
        content_manifest = manifest(folder.name, content, golden, activation)
        text = msgspec.json.format(msgspec.json.encode(content_manifest))
        (folder / MANIFEST_FILE).write_bytes(text + b"\n")
        classifier = Classifier(load_bundle(folder))
        scores = np.stack([classifier.scores(row) for row in log_mel])


if __name__ == "__main__":
    write(HERE / "tiny-int8", "int8", "softmax")
    write(HERE / "tiny-float", "float32", "sigmoid")
