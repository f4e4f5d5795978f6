"""Checkpoints: what an interrupted run goes on from."""

from pathlib import Path

import keras

EVERY_EPOCHS = 5
"""At most this many epochs are lost when a run is stopped."""

PATTERN = "epoch*.weights.h5"


class Checkpoints:
    """Weights, averages and the optimizer's state in a folder, the latest only.

    Args:
        folder: Where they are kept; made when there is something to keep.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def restore(self, model: keras.Model) -> int:
        """The epoch to go on with, 0 without a checkpoint; the model becomes what was kept."""
        kept = sorted(self._folder.glob(PATTERN))
        if not kept:
            return 0
        model.optimizer.build(model.trainable_variables)
        model.load_weights(kept[-1])
        return int(kept[-1].name.removeprefix("epoch").partition(".")[0])

    def keep(self, model: keras.Model, epochs: int) -> None:
        """Keeps a model that has been trained for so many epochs, if it is time to."""
        if epochs % EVERY_EPOCHS:
            return
        self._folder.mkdir(exist_ok=True)
        partial = self._folder / "partial.weights.h5"
        model.save_weights(partial)
        kept = partial.replace(self._folder / f"epoch{epochs:05d}.weights.h5")
        for old in self._folder.glob(PATTERN):
            if old != kept:
                old.unlink()
