"""The networks of one recipe, each of which held another fold out."""

from pathlib import Path

import msgspec

from soundpost.classify import Bundle
from soundpost.classify.interpreter import Interpreter, TensorInfo
from soundpost.manifest import Tensor
from soundpost_training.errors import DatasetError

MODEL_FILE = "model.tflite"


def fold_bundle(bundle: Bundle, run: Path, fold: int) -> Bundle:
    """The network that held a fold out, under the bundle's manifest: its labels and temperature.

    Args:
        bundle: Whose manifest.
        run: The folder with `fold<n>/model.tflite`.
        fold: Which one.

    Raises:
        DatasetError: There is no such network.
    """
    path = run / f"fold{fold}" / MODEL_FILE
    try:
        model = path.read_bytes()
    except OSError as error:
        raise DatasetError(
            f"no network held fold {fold} out: {path}: {error.strerror}",
            hint="soundpost-train crossval makes one for each fold",
        ) from error
    interpreter, manifest = Interpreter(model), bundle.manifest
    heard = msgspec.structs.replace(
        manifest.input, tensor=_tensor(manifest.input.tensor, interpreter.input)
    )
    said = msgspec.structs.replace(
        manifest.output, tensor=_tensor(manifest.output.tensor, interpreter.output)
    )
    own = msgspec.structs.replace(manifest, input=heard, output=said)
    return Bundle(folder=path.parent, manifest=own, model=model)


def _tensor(like: Tensor, info: TensorInfo) -> Tensor:
    return msgspec.structs.replace(like, scale=info.scale, zero_point=info.zero_point)
