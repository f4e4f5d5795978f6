"""What a run leaves in the folder of its fold, for others to begin with or to learn from."""

from pathlib import Path

import keras
import msgspec

from soundpost_training.config import Experiment
from soundpost_training.errors import TrainingError

MODEL_FILE = "model.keras"
EXPERIMENT_FILE = "experiment.json"


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
