"""ImageNet weights of MobileNetV2, from a file or downloaded from the Keras project."""

import os
import urllib.request
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError
from soundpost_training.files import replacing

PUBLISHED = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/"
FILE = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{width}_224_no_top.h5"
DOWNLOAD_TIMEOUT_SECONDS = 60
"""Without a byte from the server; the files have 2 to 24 MB."""


def mobilenet_v2_weights(path: Path | None, width: float) -> dict[str, list[NDArray[np.float32]]]:
    """Returns the weights of each layer by its name.

    Args:
        path: A Keras weights file without the top. None takes the file from the Keras cache, and
            downloads it there if it is missing.
        width: Of the network; one that weights are published for.

    Raises:
        TrainingError: The file is missing and cannot be downloaded, or belongs to another
            network.
    """
    path = path or _cached(width)
    donor = keras.applications.MobileNetV2(alpha=width, include_top=False, weights=None)
    hint = f"take {FILE.format(width=float(width))} from {PUBLISHED}"
    try:
        donor.load_weights(path)
    except OSError as error:
        raise TrainingError(f"{path} cannot be read: {error}", hint=hint) from error
    except (ValueError, KeyError) as error:
        raise TrainingError(
            f"{path} is not MobileNetV2 of width {width} without its top: {error}", hint=hint
        ) from error
    return {layer.name: layer.get_weights() for layer in donor.layers if layer.weights}


def _cached(width: float) -> Path:
    """Returns the published file in the Keras cache; downloads it if it is missing."""
    home = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    goal = home / "models" / FILE.format(width=float(width))
    if goal.is_file():
        return goal
    try:
        address = PUBLISHED + goal.name
        with (
            urllib.request.urlopen(address, timeout=DOWNLOAD_TIMEOUT_SECONDS) as response,  # noqa: S310 - https
            replacing(goal) as partial,
        ):
            partial.write_bytes(response.read())
    except OSError as error:
        raise TrainingError(
            f"{goal.name} is not in {goal.parent}, and cannot be downloaded: {error}",
            hint="download the file, and name it: file = FILE in [train.init], or "
            "--init imagenet:mobilenet_v2:FILE",
        ) from error
    return goal
