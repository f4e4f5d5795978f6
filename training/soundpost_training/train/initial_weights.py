"""Where the weights of a network begin: at random, with another run's, or with published ones."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset import data_folder
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.init import ImagenetInit, RunInit, YamnetInit
from soundpost_training.network.net2net import grow_from
from soundpost_training.network.pretrained import Weights, mobilenet_v2_weights, yamnet_weights
from soundpost_training.runs.run_folder import kept_experiment, kept_network, refuse_other_folds
from soundpost_training.train.context import TrainingContext


def load_initial_weights(model: keras.Model, material: TrainingContext, fold: int | None) -> None:
    """Gives an untrained network the weights of `train.init`; without one, leaves it as it is.

    Args:
        model: The network.
        material: What it is for.
        fold: What it holds out.

    Raises:
        TrainingError: The weights are not there, or are of another network.
    """
    experiment = material.experiment
    match experiment.train.init:
        case RunInit(name=name):
            folder = material.runs / name / material.fold_folder(fold).name
            _go_on(model, folder, material)
        case YamnetInit(file=file):
            _take(model, yamnet_weights(data_folder(file)))
        case ImagenetInit(file=picture_file):
            path = data_folder(picture_file) if picture_file else None
            _take(model, mobilenet_v2_weights(path, experiment.model.width))


def interpolate_weights(
    model: keras.Model, began: Sequence[NDArray[np.float32]], share: float
) -> None:
    """Takes a trained network back some way to where it began.

    On the straight line between the two lie networks that know what either knows (Wortsman et al.,
    "Robust fine-tuning of zero-shot models", CVPR 2022).

    Args:
        model: The network.
        began: Its weights before training.
        share: Of those weights, in the ones that it is left with.
    """
    ended = model.get_weights()
    model.set_weights(
        [share * one + (1.0 - share) * other for one, other in zip(began, ended, strict=True)]
    )


def _go_on(model: keras.Model, folder: Path, material: TrainingContext) -> None:
    """A warm restart (Loshchilov and Hutter, ICLR 2017), from the run that held out the same."""
    name = folder.parent.name
    kept = kept_network(folder, f"init = run:{name}")
    theirs, ours = kept_experiment(folder).data, material.experiment.data
    if theirs == ours:
        refuse_other_folds(folder, material.dataset)
    elif data_folder(theirs.folder).resolve() == data_folder(ours.folder).resolve():
        raise TrainingError(
            f"the run {name} has other folds of the same recordings: expected {ours}, got {theirs}",
            hint="begin with a run of the same [data]: this one has heard what is to be held out",
        )
    try:
        grow_from(kept, model)
    except TrainingError as error:
        raise TrainingError(
            f"the run {folder} is of another network: {error}",
            hint=error.hint,
        ) from error


def _take(model: keras.Model, weights: Weights) -> None:
    """Layers are known by their names; those that the network has more of keep theirs."""
    for layer in model.layers:
        if layer.name in weights:
            layer.set_weights(weights[layer.name])
