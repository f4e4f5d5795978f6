"""Checks of an experiment's data and options before Keras and TensorFlow are imported.

They take seconds to import, which a typo need not wait for. All of it is checked again by the step
itself, on the recordings that turn out to be readable.
"""

import argparse

from msgspec import UnsetType

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode.reverb import find_responses
from soundpost_training.dataset.folds import refuse_single_label, training_folds
from soundpost_training.dataset.paths import data_folder
from soundpost_training.dataset.readers.open import open_dataset
from soundpost_training.dataset.select import refuse_unknown_labels, with_background_label
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.experiment import Experiment

HELD_OUT_VERBS = frozenset({"calibrate", "evaluate", "export"})
"""Verbs that use `bundle.held_out_fold`."""


INSTEAD_OF_CONFIG = {
    "prepare": "freesound",
    "evaluate": "--field or --soundscape",
    "calibrate": "--bundle",
}
"""What a verb needs where it has no experiment, for the error."""


def require_config(options: argparse.Namespace) -> None:
    """Raises an error if a command line names no experiment.

    Raises:
        ExperimentError: It says what the verb takes instead.
    """
    if options.config is None:
        instead = INSTEAD_OF_CONFIG.get(options.verb)
        raise ExperimentError(
            f"{options.verb} needs --config" + (f" or {instead}" if instead else ""),
            hint=f"name an experiment; soundpost-train {options.verb} --help lists the options",
        )


def check(experiment: Experiment, options: argparse.Namespace) -> Dataset:
    """Reads the data set, and checks what the experiment and the options name in it.

    Returns:
        The data set, of which single recordings may be unreadable.

    Raises:
        DatasetError: The recordings cannot be used, or there is no such fold or label.
        ExperimentError: A file that the experiment names is missing, or an option needs int8.
    """
    if getattr(options, "among", None) and not experiment.model.has_network:
        raise ExperimentError(
            "--among is the accuracy of int8, got a network without: a baseline has no int8",
            hint="leave out --among",
        )
    dataset = with_background_label(open_dataset(experiment.data))
    _check_augmentation(experiment, dataset)
    if options.verb == "prepare":
        return dataset
    refuse_single_label(dataset)
    for fold in _folds(experiment, options):
        training_folds(dataset, fold)
    if getattr(options, "among", None):
        refuse_unknown_labels(dataset, options.among, "--among")
    _check_files(experiment)
    return dataset


def _folds(experiment: Experiment, options: argparse.Namespace) -> list[int | None]:
    """Returns the folds that options and experiment name."""
    folds = [getattr(options, "fold", None), *(getattr(options, "folds", None) or ())]
    if options.verb in HELD_OUT_VERBS:
        folds.append(experiment.bundle.held_out_fold)
    return folds


def _check_augmentation(experiment: Experiment, dataset: Dataset) -> None:
    background, rooms = experiment.augment.background, experiment.augment.rooms
    if not isinstance(background, UnsetType):
        refuse_unknown_labels(dataset, background.labels, "augment.background.labels")
    if not isinstance(rooms, UnsetType):
        find_responses(data_folder(rooms.folder))


def _check_files(experiment: Experiment) -> None:
    """Raises an error if a file of weights is missing.

    Raises:
        ExperimentError: The key that names it is in the error.
    """
    teacher, init = experiment.teacher, experiment.train.init
    named = {
        "teacher.weights": None if teacher is None else teacher.weights,
        "teacher.waveform": None if teacher is None else teacher.waveform or None,
        "train.init.file": getattr(init, "file", None),
    }
    for key, name in named.items():
        if name is not None and not data_folder(name).is_file():
            raise ExperimentError(
                f"{key} names {data_folder(name)}, which is not there",
                hint="name the file by an absolute path, or under SOUNDPOST_DATA",
            )
