"""The manifest of a model: what training promises to the daemon."""

import hashlib

from soundpost.classify.interpreter import Interpreter, TensorInfo
from soundpost.manifest import (
    Artifact,
    Label,
    LogMelInput,
    Manifest,
    Metric,
    Output,
    Tensor,
    Training,
)
from soundpost_training.dataset import training_folds
from soundpost_training.train.context import TrainingContext

MINIMUM_DAEMON = "0.1.0"


def build_manifest(  # noqa: PLR0913, PLR0917 - the parts of a bundle, each known somewhere else
    material: TrainingContext,
    model: bytes,
    golden: bytes,
    labels: list[Label],
    temperature: float,
    metrics: list[Metric],
    command: str,
) -> Manifest:
    """The manifest of the model that held out the bundle's fold, or none.

    Args:
        material: The experiment and its data set.
        model: The TFLite file.
        golden: The golden vectors' file.
        labels: In the order of the model's outputs, with their decision defaults.
        temperature: What logits are divided by.
        metrics: Measured figures.
        command: What made the bundle.
    """
    experiment, dataset = material.experiment, material.dataset
    interpreter = Interpreter(model)
    held_out = experiment.bundle.held_out_fold
    return Manifest(
        schema=1,
        id=experiment.bundle.id,
        version=experiment.bundle.version,
        minimum_daemon=MINIMUM_DAEMON,
        model=artifact(model),
        golden=artifact(golden),
        input=LogMelInput(
            features=experiment.features,
            window_frames=experiment.window.frames,
            stride_frames=experiment.window.stride_frames,
            tensor=_tensor(interpreter.input),
        ),
        output=Output(
            tensor=_tensor(interpreter.output), activation="softmax", temperature=temperature
        ),
        labels=labels,
        training=Training(
            data=dataset.name,
            licence=dataset.licence,
            attribution=dataset.attribution,
            folds=training_folds(dataset, held_out),
            held_out_folds=[] if held_out is None else [held_out],
            command=command,
        ),
        metrics=metrics,
    )


def artifact(content: bytes) -> Artifact:
    """A file as the manifest records it."""
    return Artifact(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


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
