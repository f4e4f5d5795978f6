"""Files of a run's folder: its experiment, its data and its network, for later runs to use."""

import hashlib
from pathlib import Path

import keras
import msgspec

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.paths import text_of
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.record import decode_experiment, encode_experiment
from soundpost_training.files import write_atomic

MODEL_FILE = "model.keras"
TFLITE_FILE = "model.tflite"
EXPERIMENT_FILE = "experiment.json"
FOLDS_FILE = "folds.sha256"
HEADS_FILE = "teacher.keras"
"""The heads that were fitted as a teacher of this run's student."""


def claim_run_folder(folder: Path, experiment: Experiment) -> None:
    """Ties a folder to an experiment, so that a run never continues with other weights.

    Raises:
        TrainingError: The folder holds a run of another experiment.
    """
    path = folder / EXPERIMENT_FILE
    if path.is_file() and not _makes_equal_weights(path.read_bytes(), experiment):
        raise TrainingError(
            f"{folder} holds a run of another experiment than {experiment.name} is now",
            hint=f"give the changed experiment a new name, or remove {folder}",
        )
    write_atomic(path, msgspec.json.format(encode_experiment(experiment)))


def claim_folds(folder: Path, dataset: Dataset) -> None:
    """Ties a folder to the recordings and their folds, unless it is tied already.

    Raises:
        TrainingError: The folder holds a run on other recordings, or on other folds of them.
    """
    refuse_other_folds(folder, dataset)
    path = folder / FOLDS_FILE
    if not path.is_file():
        write_atomic(path, _folds(dataset))


def refuse_other_folds(folder: Path, dataset: Dataset) -> None:
    """Raises an error if a run used other recordings or folds than the data set has now.

    Runs from before this was recorded are accepted.

    Raises:
        TrainingError: Recordings were added or removed since. Folds may have been assigned anew,
            so that the run may have trained on clips that are held out now.
    """
    path = folder / FOLDS_FILE
    if path.is_file() and path.read_bytes() != _folds(dataset):
        raise TrainingError(
            f"{folder} holds a run on other recordings of {dataset.name}, or on other folds of "
            "them, than there are now",
            hint="give the experiment a new name, which trains it anew, or bring the recordings "
            "back; ffmpeg, too, makes more of them readable",
        )


def _folds(dataset: Dataset) -> bytes:
    """Returns a digest of the recordings, their labels and folds, in the order of a run."""
    recordings = [(text_of(clip.path.stem), clip.label, clip.fold) for clip in dataset.recordings]
    content = msgspec.json.encode((len(dataset.clips), recordings))
    return f"{hashlib.sha256(content).hexdigest()}\n".encode()


def _makes_equal_weights(stored: bytes, experiment: Experiment) -> bool:
    """Returns whether a stored experiment trains the same weights.

    Compared as experiments, so that a setting of a later version counts as its default. What only
    names a bundle, sets its thresholds or converts it may differ.
    """
    try:
        other = decode_experiment(stored)
    except msgspec.DecodeError:
        return False
    windows = other.bundle.calibration_windows
    bundle = msgspec.structs.replace(experiment.bundle, calibration_windows=windows)
    comparable = msgspec.structs.replace(
        other, bundle=bundle, calibrate=experiment.calibrate, quantize=experiment.quantize
    )
    return comparable == experiment


def load_run_network(folder: Path, wanted_by: str) -> keras.Model:
    """Loads the network of a finished run.

    Args:
        folder: Of the run's fold.
        wanted_by: The setting that names the run, for the error.

    Raises:
        TrainingError: The run is not finished, or was never started.
    """
    path = folder / MODEL_FILE
    if not path.is_file():
        raise TrainingError(
            f"{wanted_by}, but {path} is not there",
            hint=f"train the experiment {folder.parent.name} first, with the same --runs",
        )
    return keras.saving.load_model(path, compile=False)


def load_run_experiment(folder: Path) -> Experiment:
    """Loads the experiment of a run.

    Raises:
        TrainingError: It cannot be read.
    """
    path = folder / EXPERIMENT_FILE
    try:
        return decode_experiment(path.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise TrainingError(
            f"{path} is no experiment of this version: {error}",
            hint=f"train {folder.parent.name} anew",
        ) from error
