"""Loads the TOML file of an experiment, with the settings that options replace."""

from pathlib import Path

import msgspec

from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.init_tables import (
    convert_old_spelling,
    imply_model,
    override,
    put,
)
from soundpost_training.experiment.toml_file import read_toml, refuse_unknown_keys


def load_experiment(
    path: Path, epochs: int | None = None, *, arch: str | None = None, init: str | None = None
) -> Experiment:
    """Returns the experiment in a TOML file.

    Args:
        path: The file.
        epochs: Replaces `train.epochs`, for a dry run.
        arch: Replaces `model.arch`, and is added to the experiment's name.
        init: Replaces `train.init`, such as `yamnet:FILE@7`, and is added to the name.

    Raises:
        ExperimentError: The file cannot be read, is not TOML, has an unknown or missing key, or
            a wrong value.
    """
    raw = read_toml(path)
    refuse_unknown_keys(raw, Experiment, "", path)
    if epochs is not None:
        put(raw, "train", "epochs", epochs)
    try:
        if arch is not None or init is not None:
            override(raw, arch, init)
        convert_old_spelling(raw, path)
        imply_model(raw)
        return msgspec.convert(raw, Experiment)
    except msgspec.ValidationError as error:
        raise ExperimentError(
            f"{path}: {error}", hint="training/README.md lists every key with its default"
        ) from error


def with_leaky_folds(experiment: Experiment) -> Experiment:
    """Returns the experiment with folds by clip, and a name of its own for its runs."""
    data = msgspec.structs.replace(experiment.data, shuffle_anyway=True)
    return msgspec.structs.replace(experiment, name=f"{experiment.name}-shuffled", data=data)
