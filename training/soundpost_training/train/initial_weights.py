"""Initial weights: random, those of another run, or published ones."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost.classify import find_bundle
from soundpost.manifest import read_manifest
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.paths import data_folder
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.init import BundleInit, ImagenetInit, RunInit, YamnetInit
from soundpost_training.network.net2net import grow_from
from soundpost_training.network.pretrained.mobilenet_v2 import mobilenet_v2_weights
from soundpost_training.network.pretrained.yamnet import Weights, yamnet_weights
from soundpost_training.runs.run_folder import (
    load_run_experiment,
    load_run_network,
    refuse_other_folds,
)
from soundpost_training.teacher.leakage import Statement, refuse_trained_on


def load_initial_weights(
    model: keras.Model, experiment: Experiment, dataset: Dataset, folder: Path
) -> None:
    """Sets the weights of an untrained network to those of `train.init`, if there is one.

    Args:
        model: The network.
        experiment: What it is trained for.
        dataset: Its recordings.
        folder: Of the run; those of other runs that held out the same fold are found from it.

    Raises:
        TrainingError: The weights are missing, or belong to another network.
    """
    match experiment.train.init:
        case RunInit(name=name):
            start = folder.parent.parent / name / folder.name
            trained = load_run_network(start, f"init = run:{name}")
            _refuse_other_data(start, experiment, dataset)
            _continue_from(trained, start, model)
        case YamnetInit(file=file):
            _set_by_name(model, yamnet_weights(data_folder(file)))
        case ImagenetInit(file=file_or_none):
            path = data_folder(file_or_none) if file_or_none else None
            _set_by_name(model, mobilenet_v2_weights(path, experiment.model.width))


def refuse_leaking_bundle(experiment: Experiment, dataset: Dataset, fold: int | None) -> None:
    """Raises an error if the initial weights may come from clips that are held out now.

    Args:
        experiment: Has the initial weights.
        dataset: Its recordings.
        fold: What is held out, if anything.

    Raises:
        TrainingError: The bundle was trained on the fold, or may have been.
        BundleError: There is no such bundle.
    """
    init = experiment.train.init
    if isinstance(init, BundleInit) and fold is not None and dataset.published:
        statement = Statement("train.init.never_heard_them", is_made=init.never_heard_them)
        refuse_trained_on(read_manifest(find_bundle(init.bundle)), dataset, fold, statement)


def interpolate_weights(
    model: keras.Model, initial: Sequence[NDArray[np.float32]], share: float
) -> None:
    """Moves a trained network part of the way back to its initial weights.

    Networks on the straight line between the two keep most of the accuracy of both (Wortsman et
    al., "Robust fine-tuning of zero-shot models", CVPR 2022).

    Args:
        model: The network.
        initial: Its weights before training.
        share: Of the initial weights in the result.
    """
    trained = model.get_weights()
    model.set_weights(
        [share * old + (1.0 - share) * new for old, new in zip(initial, trained, strict=True)]
    )


def _refuse_other_data(start: Path, experiment: Experiment, dataset: Dataset) -> None:
    """Raises an error if a run may have been trained on clips that are held out now.

    Raises:
        TrainingError: It has other folds of the same recordings.
    """
    name = start.parent.name
    theirs, ours = load_run_experiment(start).data, experiment.data
    if theirs == ours:
        refuse_other_folds(start, dataset)
    elif data_folder(theirs.folder).resolve() == data_folder(ours.folder).resolve():
        raise TrainingError(
            f"the run {name} has other folds of the same recordings: expected {ours}, got {theirs}",
            hint="start from a run of the same [data]: this one trained on clips held out now",
        )


def _continue_from(trained: keras.Model, start: Path, model: keras.Model) -> None:
    """Sets the weights to those of a run's network.

    This is a warm restart (Loshchilov and Hutter, ICLR 2017).

    Raises:
        TrainingError: The run is of another network.
    """
    try:
        grow_from(trained, model)
    except TrainingError as error:
        raise TrainingError(
            f"the run {start} is of another network: {error}",
            hint=error.hint,
        ) from error


def _set_by_name(model: keras.Model, weights: Weights) -> None:
    """Sets the weights of layers by their names; layers without one there keep theirs."""
    for layer in model.layers:
        if layer.name in weights:
            layer.set_weights(weights[layer.name])
