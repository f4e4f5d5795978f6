"""Checkpoints, from which an interrupted run continues."""

from itertools import chain
from pathlib import Path

import keras
import numpy as np

from soundpost_training.files import atomic_path

CHECKPOINT_FOLDER = "checkpoint"
"""In the folder of a run."""

EVERY_EPOCHS = 5
"""At most this many epochs are lost when a run is stopped."""

SUFFIX, OLDER_SUFFIX = ".npz", ".weights.h5"
"""HDF5 files of older runs are read, never written: the HDF5 library crashes on a full disk."""


class Checkpoints:
    """Stores weights, averages and the optimizer's state in a folder, the latest only.

    Args:
        folder: Created with the first checkpoint.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def is_there(self) -> bool:
        """True if there is a checkpoint to continue from."""
        return bool(self._all())

    def restore(self, model: keras.Model) -> int:
        """Loads the latest checkpoint into a compiled model.

        Returns:
            The number of finished epochs, 0 without a checkpoint.
        """
        latest = max(self._all(), key=_epochs, default=None)
        if latest is None:
            return 0
        model.optimizer.build(model.trainable_variables)
        if latest.name.endswith(OLDER_SUFFIX):
            model.load_weights(latest)
        else:
            with np.load(latest) as arrays:
                for index, variable in enumerate(_variables(model)):
                    variable.assign(arrays[f"arr_{index}"])
        return _epochs(latest)

    def save_if_due(self, model: keras.Model, epochs: int) -> None:
        """Saves a model after every fifth epoch, and removes the older checkpoint.

        Args:
            model: The model, trained for `epochs` epochs.
            epochs: Number of finished epochs.

        Raises:
            TrainingError: The disk is full; the older checkpoint is left in place.
        """
        if epochs % EVERY_EPOCHS:
            return
        path = self._folder / f"epoch{epochs:05d}{SUFFIX}"
        with atomic_path(path) as partial:
            np.savez(partial, *(np.asarray(variable) for variable in _variables(model)))
        for old in self._all():
            if old != path:
                old.unlink()

    def _all(self) -> list[Path]:
        patterns = (f"epoch*{suffix}" for suffix in (SUFFIX, OLDER_SUFFIX))
        return list(chain.from_iterable(self._folder.glob(pattern) for pattern in patterns))


def has_checkpoint(run: Path) -> bool:
    """Returns whether the run in a folder has saved a checkpoint."""
    return Checkpoints(run / CHECKPOINT_FOLDER).is_there


def _variables(model: keras.Model) -> list[keras.Variable]:
    return [*model.variables, *model.optimizer.variables]


def _epochs(path: Path) -> int:
    return int(path.name.removeprefix("epoch").partition(".")[0])
