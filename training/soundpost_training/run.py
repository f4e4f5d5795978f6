"""What a run leaves in the folder of its fold, for others to begin with or to learn from."""

from pathlib import Path

import keras
import msgspec

from soundpost_training.config import Experiment
from soundpost_training.errors import TrainingError
from soundpost_training.keep import keep

MODEL_FILE = "model.keras"
EXPERIMENT_FILE = "experiment.json"


def claim(folder: Path, experiment: Experiment) -> None:
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
    keep(path, msgspec.json.format(msgspec.json.encode(experiment)))


def _is(kept: bytes, experiment: Experiment) -> bool:
    """Compared as experiments, so that a setting of a later version counts as its default.

    What only names a bundle or sets its thresholds may change: the weights do not follow it.
    """
    try:
        other = msgspec.json.decode(kept, type=Experiment)
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
        return msgspec.json.decode(path.read_bytes(), type=Experiment)
    except (OSError, msgspec.DecodeError) as error:
        raise TrainingError(
            f"{path} is no experiment of this version: {error}",
            hint=f"train {folder.parent.name} anew",
        ) from error
