"""What a run leaves in the folder of its fold, for others to begin with or to learn from."""

import hashlib
from pathlib import Path

import keras
import msgspec

from soundpost_training.dataset import Dataset
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.record import decode_experiment, encode_experiment
from soundpost_training.files import write_atomic

MODEL_FILE = "model.keras"
EXPERIMENT_FILE = "experiment.json"
FOLDS_FILE = "folds.sha256"


def claim_run_folder(folder: Path, experiment: Experiment) -> None:
    """Ties a folder to an experiment, so that no run goes on with another one's weights.

    Raises:
        TrainingError: It holds a run of another experiment.
    """
    path = folder / EXPERIMENT_FILE
    if path.is_file() and not _is(path.read_bytes(), experiment):
        raise TrainingError(
            f"{folder} holds a run of another experiment than {experiment.name} is now",
            hint=f"give the changed experiment a new name, or remove {folder}",
        )
    write_atomic(path, msgspec.json.format(encode_experiment(experiment)))


def claim_folds(folder: Path, dataset: Dataset) -> None:
    """Ties a folder to the recordings and the folds that they are in, when it is not yet.

    Raises:
        TrainingError: It holds a run on other recordings, or on other folds of them.
    """
    refuse_other_folds(folder, dataset)
    path = folder / FOLDS_FILE
    if not path.is_file():
        write_atomic(path, _folds(dataset))


def refuse_other_folds(folder: Path, dataset: Dataset) -> None:
    """Returns when a run heard, and held out, what others of the same data would.

    A run that was kept before there was such a record is believed.

    Raises:
        TrainingError: Recordings came or went since: folds may have been dealt anew, and the run
            have heard what is held out now.
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
    """A name for the recordings, their labels and folds, in the order that a run counts them in."""
    told = [(clip.path.stem, clip.label, clip.fold) for clip in dataset.recordings]
    named = msgspec.json.encode((len(dataset.clips), told))
    return f"{hashlib.sha256(named).hexdigest()}\n".encode()


def _is(kept: bytes, experiment: Experiment) -> bool:
    """Compared as experiments, so that a setting of a later version counts as its default.

    What only names a bundle or sets its thresholds may change: the weights do not follow it.
    """
    try:
        other = decode_experiment(kept)
    except msgspec.DecodeError:
        return False
    windows = other.bundle.calibration_windows
    bundle = msgspec.structs.replace(experiment.bundle, calibration_windows=windows)
    free = msgspec.structs.replace(
        other, bundle=bundle, calibrate=experiment.calibrate, quantize=experiment.quantize
    )
    return free == experiment


def kept_network(folder: Path, wanted_by: str) -> keras.Model:
    """The network that a run ended with.

    Args:
        folder: Of the run's fold.
        wanted_by: The setting that names the run, for the error.

    Raises:
        TrainingError: The run has not come to its end, or has not begun.
    """
    path = folder / MODEL_FILE
    if not path.is_file():
        raise TrainingError(
            f"{wanted_by}, but {path} is not there",
            hint=f"train the experiment {folder.parent.name} first, with the same --runs",
        )
    return keras.saving.load_model(path, compile=False)


def kept_experiment(folder: Path) -> Experiment:
    """The experiment that a run is of.

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
