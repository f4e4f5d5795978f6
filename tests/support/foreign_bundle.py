"""Bundles of models from other projects, as an import writes them, for tests."""

import csv
import hashlib
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost.classify import Bundle, Classifier, load_bundle
from soundpost.classify.interpreter import Interpreter
from soundpost.classify.onnx_interpreter import OnnxInterpreter
from soundpost.classify.runtime import VARIABLE, ModelRuntime, TensorInfo
from soundpost.manifest import (
    GOLDEN_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    ONNX_FILE,
    RANGE_FILE,
    Artifact,
    Embedding,
    Label,
    Manifest,
    Output,
    RangeModel,
    Tensor,
    Training,
    WaveformInput,
)

SEED = 20_261_129
GOLDEN = Path(__file__).resolve().parent.parent / "golden"


@dataclass(frozen=True)
class ForeignModel:
    """A model that takes a waveform, and what no file says of it.

    Attributes:
        content: The bytes of its file.
        runtime: The format of the file.
        sample_rate_hz: The rate of its input.
        window_samples: The samples of its input.
        labels: Names, in the order of its scores.
        activation: The function that turns its output into scores.
        stride_samples: Samples from one window's start to the next one's.
        position: The position of the scores among its outputs.
        embedding: The position of an embedding.
        on_threshold: Of each label.
        range_model: The bytes of a range model.
    """

    content: bytes
    runtime: Literal["tflite", "onnx"]
    sample_rate_hz: int
    window_samples: int
    labels: tuple[str, ...]
    activation: Literal["softmax", "sigmoid", "none"]
    stride_samples: int
    position: int = 0
    embedding: int | None = None
    on_threshold: float = 0.5
    range_model: bytes | None = None

    def open(self) -> ModelRuntime:
        """Returns the runtime that runs it, without anything of a bundle."""
        if self.runtime == "onnx":
            return OnnxInterpreter(self.content)
        known = Interpreter(self.content).input
        return Interpreter(self.content, input_shape=_shape(known, self.window_samples))


def yamnet(shared_data: Path, stride_samples: int = 7_800) -> ForeignModel:
    """Returns YAMNet, whose sigmoid is inside, with numbered labels of AudioSet."""
    folder = shared_data / "yamnet"
    with (folder / "yamnet_class_map.csv").open(encoding="utf-8", newline="") as file:
        count = sum(1 for _ in csv.DictReader(file))
    return ForeignModel(
        content=(folder / "yamnet.tflite").read_bytes(),
        runtime="tflite",
        sample_rate_hz=16_000,
        window_samples=15_600,
        labels=tuple(f"class_{index}" for index in range(count)),
        activation="none",
        stride_samples=stride_samples,
    )


def write_bundle(folder: Path, model: ForeignModel, examples: Pcm | None = None) -> Bundle:
    """Writes the bundle of a model, and returns it loaded.

    Args:
        folder: The bundle's, created if it is missing; its name is the bundle's id.
        model: The model.
        examples: Of the golden vectors, int16[n, window_samples]; silence and noise by default.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pcm = made_examples(model) if examples is None else examples
    scores = np.zeros((len(pcm), len(model.labels)), np.float32)
    (folder / (ONNX_FILE if model.runtime == "onnx" else MODEL_FILE)).write_bytes(model.content)
    if model.range_model is not None:
        (folder / RANGE_FILE).write_bytes(model.range_model)
    for _ in range(2):  # a bundle is complete before it is loaded, and loaded to compute its scores
        file = io.BytesIO()
        np.savez_compressed(file, pcm=pcm, scores=scores)
        (folder / GOLDEN_FILE).write_bytes(file.getvalue())
        manifest = manifest_of(folder.name, model, file.getvalue())
        text = msgspec.json.format(msgspec.json.encode(manifest))
        (folder / MANIFEST_FILE).write_bytes(text + b"\n")
        classifier = Classifier(load_bundle(folder))
        scores = np.stack([classifier.scores(row) for row in pcm])
    return load_bundle(folder)


def made_examples(model: ForeignModel) -> Pcm:
    """Returns int16[3, window_samples]: digital silence, a tone that sets in, noise."""
    samples = np.arange(model.window_samples)
    tone = 9_000.0 * np.sin(samples * (0.2 * np.pi)) * (samples > model.window_samples // 2)
    noise = np.random.default_rng(SEED).normal(0.0, 5_000.0, model.window_samples)
    rows = np.stack([np.zeros(model.window_samples), tone, noise])
    examples: Pcm = np.clip(np.rint(rows), -32_768, 32_767).astype(np.int16)
    return examples


def manifest_of(name: str, model: ForeignModel, golden: bytes) -> Manifest:
    """Returns the manifest of a model."""
    runtime, embedding = model.open(), None
    if model.embedding is not None:
        kept = replace(runtime.outputs[model.embedding], scale=0.0)
        embedding = Embedding(position=model.embedding, tensor=_tensor(kept, embedding_size(model)))
    range_model = None
    if model.range_model is not None:
        range_model = RangeModel(model=_artifact(model.range_model), threshold=0.03)
    return Manifest(
        schema=1,
        id=name,
        version="1.0.0",
        minimum_daemon="0.3.0",
        model=_artifact(model.content),
        golden=_artifact(golden),
        input=WaveformInput(
            sample_rate_hz=model.sample_rate_hz,
            window_samples=model.window_samples,
            stride_samples=model.stride_samples,
            tensor=_tensor(runtime.input, model.window_samples),
        ),
        output=Output(
            tensor=_tensor(runtime.outputs[model.position], len(model.labels)),
            activation=model.activation,
            temperature=1.0,
            position=model.position,
            embedding=embedding,
        ),
        labels=[
            Label(
                name=label,
                on_threshold=model.on_threshold,
                off_threshold=model.on_threshold / 2,
                smoothing_windows=1,
                minimum_samples=0,
                refractory_samples=0,
            )
            for label in model.labels
        ],
        training=Training(
            data="unknown",
            licence="unknown",
            attribution="",
            folds=[],
            held_out_folds=[],
            command="none",
        ),
        metrics=[],
        runtime=model.runtime,
        range=range_model,
    )


def embedding_size(model: ForeignModel) -> int:
    """Returns the number of values of the embedding, which a file may leave open."""
    runtime = model.open()
    values = np.zeros(_shape(runtime.input, model.window_samples), np.float32)
    return int(runtime.invoke(values, model.embedding or 0).size)


def tiny_model(name: str) -> ForeignModel:
    """Returns the model of a tiny bundle of waveforms, for a manifest of a test's own."""
    manifest = load_bundle(GOLDEN / name).manifest
    embedding = manifest.output.embedding
    return ForeignModel(
        content=load_bundle(GOLDEN / name).model,
        runtime=manifest.runtime,
        sample_rate_hz=manifest.input.sample_rate_hz,
        window_samples=manifest.input.window_samples,
        labels=tuple(manifest.label_names),
        activation=manifest.output.activation,
        stride_samples=manifest.input.stride_samples,
        position=manifest.output.position,
        embedding=embedding.position if embedding else None,
    )


class BareModel:
    """A model run by its runtime alone.

    Args:
        model: Whose activation is inside, or a sigmoid.
    """

    def __init__(self, model: ForeignModel) -> None:
        self._model = model
        self._runtime = model.open()
        self._shape = _shape(self._runtime.input, model.window_samples)

    def scores(self, samples: Pcm) -> NDArray[np.float64]:
        """Returns the scores of int16[window_samples], float64[labels]."""
        values = (samples.astype(np.float32) / 32_768).reshape(self._shape)
        output = self._runtime.invoke(values, self._model.position)
        logits = output.reshape(-1).astype(np.float64)
        return logits if self._model.activation == "none" else 1.0 / (1.0 + np.exp(-logits))


def _artifact(content: bytes) -> Artifact:
    return Artifact(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def _shape(info: TensorInfo, values: int) -> list[int]:
    """Returns the shape; the last size that the file leaves open has all values."""
    sizes = [1 if size == VARIABLE else size for size in info.shape]
    if info.shape and info.shape[-1] == VARIABLE:
        sizes[-1] = values
    return sizes


def _tensor(info: TensorInfo, values: int) -> Tensor:
    return Tensor(shape=_shape(info, values), dtype="float32", scale=0.0, zero_point=0)
