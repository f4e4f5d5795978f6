"""Checkpoints: what an interrupted run goes on from."""

from pathlib import Path

import keras

EVERY_EPOCHS = 5
"""At most this many epochs are lost when a run is stopped."""

PATTERN = "epoch*.weights.h5"


class Checkpoints(keras.callbacks.Callback):  # type: ignore[misc]  # Keras publishes no types
    """Keeps weights, averages and the optimizer's state in a folder, the latest only.

    (Keras' own BackupAndRestore repeats an epoch that was already trained on.)
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def restore(self, model: keras.Model) -> int:
        """The epoch to go on with, 0 without a checkpoint; the model becomes what was kept."""
        kept = sorted(self._folder.glob(PATTERN))
        if not kept:
            return 0
        model.optimizer.build(model.trainable_variables)
        model.load_weights(kept[-1])
        return _epochs(kept[-1])

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras."""
        del logs
        if (epoch + 1) % EVERY_EPOCHS == 0:
            self._keep(epoch + 1)

    def _keep(self, epochs: int) -> None:
        self._folder.mkdir(exist_ok=True)
        partial = self._folder / "partial.weights.h5"
        self.model.save_weights(partial)
        kept = partial.replace(self._folder / f"epoch{epochs:05d}.weights.h5")
        for old in self._folder.glob(PATTERN):
            if old != kept:
                old.unlink()


def _epochs(path: Path) -> int:
    return int(path.name.removeprefix("epoch").partition(".")[0])
