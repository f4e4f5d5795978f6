"""Checkpoints: what an interrupted run goes on from."""

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
"""HDF5 is read where a run began with it, and never written: on a full disk its library crashes."""


class Checkpoints:
    """Weights, averages and the optimizer's state in a folder, the latest only.

    Args:
        folder: Where they are kept; made when there is something to keep.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def is_there(self) -> bool:
        """Whether there is one to go on from."""
        return bool(self._all())

    def restore(self, model: keras.Model) -> int:
        """The epoch to go on with, 0 without a checkpoint; the model becomes what was kept."""
        latest = max(self._all(), key=_epochs, default=None)
        if latest is None:
            return 0
        model.optimizer.build(model.trainable_variables)
        if latest.name.endswith(OLDER_SUFFIX):
            model.load_weights(latest)
        else:
            with np.load(latest) as arrays:
                for place, variable in enumerate(_variables(model)):
                    variable.assign(arrays[f"arr_{place}"])
        return _epochs(latest)

    def keep(self, model: keras.Model, epochs: int) -> None:
        """Keeps a model that has been trained for so many epochs, if it is time to.

        Raises:
            TrainingError: The disk is full; the checkpoint before is there still.
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
    """Whether a run, in its folder, has come as far as a checkpoint."""
    return Checkpoints(run / CHECKPOINT_FOLDER).is_there


def _variables(model: keras.Model) -> list[keras.Variable]:
    return [*model.variables, *model.optimizer.variables]


def _epochs(path: Path) -> int:
    return int(path.name.removeprefix("epoch").partition(".")[0])
