"""MobileNetV2's ImageNet weights, from a file, or from where Keras publishes them."""

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
PATIENCE_SECONDS = 60


def mobilenet_v2_weights(path: Path | None, width: float) -> dict[str, list[NDArray[np.float32]]]:
    """The weights of each layer by its name.

    Args:
        path: A file of Keras' weights without the top; None looks where Keras keeps such files,
            and downloads it to there.
        width: Of the network, one that weights are published for.

    Raises:
        TrainingError: There is no such file here, nor a way to download it, or it is of another
            network.
    """
    path = path or _kept(width)
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


def _kept(width: float) -> Path:
    """Where Keras keeps the published file; downloaded when it is not there yet."""
    home = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    goal = home / "models" / FILE.format(width=float(width))
    if goal.is_file():
        return goal
    try:
        address = PUBLISHED + goal.name
        with (
            urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as answer,  # noqa: S310 - https
            replacing(goal) as partial,
        ):
            partial.write_bytes(answer.read())
    except OSError as error:
        raise TrainingError(
            f"{goal.name} is not in {goal.parent}, and cannot be downloaded: {error}",
            hint="download the file, and name it: file = FILE in [train.init], or "
            "--init imagenet:mobilenet_v2:FILE",
        ) from error
    return goal
