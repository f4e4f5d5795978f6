"""Early stopping: validation clips are held back from training, and decide when it ends.

They come from the training folds only. The held-out fold, which the network is evaluated on,
decides nothing.
"""

from pathlib import Path

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.clip import Dataset
from soundpost_training.files import atomic_path, write_atomic

BEST_FILE, WEIGHTS_FILE = "best.json", "best.npz"


class BestEpoch(msgspec.Struct, frozen=True, kw_only=True):
    """The epoch, counted from 1, whose averaged weights have the lowest validation loss."""

    epoch: int
    loss: float


def split_validation(dataset: Dataset, clips: list[int], share: float, seed: int) -> list[int]:
    """Returns the clips that validate: about this share of each label, whole recordings.

    At least one recording of each label is left to train on.

    Args:
        dataset: The clips with their labels and groups.
        clips: Positions of the clips to choose from.
        share: Of each label's clips.
        seed: Of the choice.
    """
    rng = np.random.default_rng((seed, 4))
    recording = {clip: _recording(dataset, clip) for clip in clips}
    chosen: set[str] = set()
    for label in dataset.labels:
        own = [clip for clip in clips if dataset.clips[clip].label == label]
        recordings = sorted({recording[clip] for clip in own})
        for candidate in rng.permutation(recordings)[:-1].tolist():
            if sum(recording[clip] in chosen for clip in own) >= share * len(own):
                break
            chosen.add(candidate)
    return [clip for clip in clips if recording[clip] in chosen]


def _recording(dataset: Dataset, clip: int) -> str:
    """Returns the source recording of a clip; a publication's group has the label behind it."""
    group = dataset.clips[clip].group
    return group.partition("/")[0] if dataset.published else group


class EarlyStopping:
    """Evaluates the averaged weights on validation windows after each epoch.

    Args:
        windows: float32[n, frames, mel_bands], of the validation clips.
        truth: int64[n], their labels.
        folder: Of the run; the best weights are saved in it.
        patience_epochs: Epochs without improvement after which training ends; 0 never ends it.
    """

    def __init__(
        self,
        windows: NDArray[np.float32],
        truth: NDArray[np.int64],
        folder: Path,
        patience_epochs: int,
    ) -> None:
        self._patience = patience_epochs
        self._folder = folder
        self._windows = windows[..., None]
        self._truth = truth
        path = folder / BEST_FILE
        self._best = (
            msgspec.json.decode(path.read_bytes(), type=BestEpoch) if path.is_file() else None
        )

    def evaluate(self, model: keras.Model, epoch: int) -> float:
        """Returns the mean cross-entropy of the averaged weights after an epoch, from 1.

        Saves these weights if they are the best so far.
        """
        training = [np.asarray(variable) for variable in model.trainable_variables]
        model.optimizer.finalize_variable_values(model.trainable_variables)
        loss = self._loss(model)
        if self._best is None or loss < self._best.loss:
            self._best = BestEpoch(epoch=epoch, loss=loss)
            with atomic_path(self._folder / WEIGHTS_FILE) as partial:
                np.savez(partial, *model.get_weights())
            write_atomic(self._folder / BEST_FILE, msgspec.json.encode(self._best))
        for variable, values in zip(model.trainable_variables, training, strict=True):
            variable.assign(values)
        return loss

    def is_due(self, epoch: int) -> bool:
        """Returns whether the best epoch is `patience_epochs` or more before this one."""
        best = self._best
        return bool(self._patience and best and epoch - best.epoch >= self._patience)

    def restore_best(self, model: keras.Model) -> None:
        """Sets the averaged weights of the best epoch, unless the patience is 0."""
        if self._patience and self._best is not None:
            with np.load(self._folder / WEIGHTS_FILE) as arrays:
                model.set_weights([arrays[name] for name in arrays.files])

    def _loss(self, model: keras.Model) -> float:
        logits = model.predict(self._windows, batch_size=256, verbose=0)
        scores = np.asarray(keras.ops.log_softmax(np.asarray(logits, np.float32)))
        return float(-scores[np.arange(len(scores)), self._truth].mean())
