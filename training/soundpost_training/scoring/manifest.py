"""Builds the manifest of a model: the contract between training and the daemon."""

import hashlib
from typing import NamedTuple

from soundpost.classify import find_bundle
from soundpost.classify.interpreter import Interpreter
from soundpost.classify.runtime import TensorInfo
from soundpost.manifest import (
    Artifact,
    Label,
    LogMelInput,
    Manifest,
    Metric,
    Output,
    Tensor,
    Training,
    minimum_daemon,
    read_manifest,
)
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.folds import training_folds
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.init import BundleInit
from soundpost_training.network.streaming.describe import streaming_of


class BundleContent(NamedTuple):
    """Contents of a bundle's binary files: the TFLite model and the golden vectors."""

    model: bytes
    golden: bytes


class Decisions(NamedTuple):
    """Calibrated decision defaults.

    Attributes:
        labels: In the order of the model's outputs, with their thresholds.
        temperature: What logits are divided by.
    """

    labels: list[Label]
    temperature: float


class Measurements(NamedTuple):
    """Metrics of a model, and the command that measured them and made the bundle."""

    metrics: list[Metric]
    command: str


def build_manifest(
    experiment: Experiment,
    dataset: Dataset,
    content: BundleContent,
    decisions: Decisions,
    measurements: Measurements,
) -> Manifest:
    """Builds the manifest of the model that held out the bundle's fold, or none.

    Args:
        experiment: What the model was trained by.
        dataset: What it was trained on.
        content: Of the bundle's binary files.
        decisions: Temperature and thresholds.
        measurements: Metrics and command.
    """
    entry, result = tensors(content.model)
    held_out = experiment.bundle.held_out_fold
    streaming = streaming_of(content.model)
    return Manifest(
        schema=1,
        id=experiment.bundle.id,
        version=experiment.bundle.version,
        minimum_daemon=minimum_daemon(decisions.labels, streams=streaming is not None),
        model=artifact(content.model),
        golden=artifact(content.golden),
        input=LogMelInput(
            features=experiment.features,
            window_frames=experiment.window.frames,
            stride_frames=experiment.window.stride_frames,
            tensor=entry,
        ),
        output=Output(
            tensor=result,
            activation="sigmoid" if dataset.has_background_label else "softmax",
            temperature=decisions.temperature,
        ),
        labels=decisions.labels,
        training=Training(
            data=dataset.name,
            licence=dataset.licence + _initial_licence(experiment),
            attribution=dataset.attribution,
            folds=training_folds(dataset, held_out),
            held_out_folds=[] if held_out is None else [held_out],
            command=measurements.command,
        ),
        metrics=measurements.metrics,
        streaming=streaming,
    )


def _initial_licence(experiment: Experiment) -> str:
    """Returns the licence of the bundle that training started from; empty without one."""
    init = experiment.train.init
    if not isinstance(init, BundleInit):
        return ""
    return f"; initial weights: {read_manifest(find_bundle(init.bundle)).training.licence}"


def artifact(content: bytes) -> Artifact:
    """Returns size and SHA-256 of a file."""
    return Artifact(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def tensors(model: bytes) -> tuple[Tensor, Tensor]:
    """Returns the input and the output of a TFLite file, as a manifest describes them."""
    interpreter = Interpreter(model)
    return _tensor(interpreter.input), _tensor(interpreter.output)


def _tensor(info: TensorInfo) -> Tensor:
    dtype = info.dtype
    if dtype not in ("int8", "float32"):
        raise ValueError(f"the daemon takes int8 or float32 tensors, the model has {dtype}")
    return Tensor(
        shape=list(info.shape),
        dtype="int8" if dtype == "int8" else "float32",
        scale=info.scale,
        zero_point=info.zero_point,
    )
