"""Fold models: the networks of one recipe, each of which held out another fold."""

from pathlib import Path

import msgspec

from soundpost.classify import Bundle
from soundpost.classify.interpreter import Interpreter
from soundpost.classify.runtime import TensorInfo
from soundpost.manifest import MODEL_FILE, Tensor
from soundpost_training.errors import DatasetError


def fold_bundle(bundle: Bundle, run: Path, fold: int) -> Bundle:
    """Returns the network that held a fold out, under the labels and temperature of a bundle.

    Args:
        bundle: Its manifest is used.
        run: The folder with `fold<n>/model.tflite`.
        fold: The fold.

    Raises:
        DatasetError: The run has no such network.
    """
    path = run / f"fold{fold}" / MODEL_FILE
    try:
        model = path.read_bytes()
    except OSError as error:
        raise DatasetError(
            f"expected the network that held fold {fold} out at {path}, got {error.strerror}",
            hint="soundpost-train crossval makes one for each fold",
        ) from error
    interpreter, manifest = Interpreter(model), bundle.manifest
    model_input = msgspec.structs.replace(
        manifest.input, tensor=_quantized(manifest.input.tensor, interpreter.input)
    )
    output = msgspec.structs.replace(
        manifest.output, tensor=_quantized(manifest.output.tensor, interpreter.output)
    )
    fold_manifest = msgspec.structs.replace(manifest, input=model_input, output=output)
    return Bundle(folder=path.parent, manifest=fold_manifest, model=model)


def _quantized(tensor: Tensor, info: TensorInfo) -> Tensor:
    return msgspec.structs.replace(tensor, scale=info.scale, zero_point=info.zero_point)
