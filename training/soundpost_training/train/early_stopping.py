"""Early stopping: some training clips are kept back, and say when it is enough.

They come from the training folds only. The held-out fold, by which the network is judged, decides
nothing.
"""

from pathlib import Path

import keras
import msgspec
import numpy as np

from soundpost_training.dataset import Dataset
from soundpost_training.dataset.windows import windows_of_clips
from soundpost_training.files import atomic_path, write_atomic
from soundpost_training.train.context import TrainingContext

BEST_FILE, WEIGHTS_FILE = "best.json", "best.npz"


class Best(msgspec.Struct, frozen=True, kw_only=True):
    """The epoch, counted from 1, after which the averaged weights did best."""

    epoch: int
    loss: float


def kept_back(dataset: Dataset, clips: list[int], share: float, seed: int) -> list[int]:
    """The clips that validate: of each label about this share, and all clips of their recordings.

    Of no label so many that none is left to train on.

    Args:
        dataset: The clips with their labels and groups.
        clips: Positions of those that may be chosen.
        share: Of each label's clips.
        seed: Of the choice.
    """
    rng = np.random.default_rng((seed, 4))
    source = {clip: dataset.clips[clip].group.partition("/")[0] for clip in clips}
    chosen: set[str] = set()
    for label in dataset.labels:
        own = [clip for clip in clips if dataset.clips[clip].label == label]
        sources = sorted({source[clip] for clip in own})
        for one in rng.permutation(sources)[:-1].tolist():
            if sum(source[clip] in chosen for clip in own) >= share * len(own):
                break
            chosen.add(one)
    return [clip for clip in clips if source[clip] in chosen]


class Validation:
    """What validation clips say of the averaged weights after each epoch.

    Args:
        material: The experiment and its data.
        clips: The positions of the validation clips.
        folder: Of the run; what did best is kept in it.
    """

    def __init__(self, material: TrainingContext, clips: list[int], folder: Path) -> None:
        self._patience = material.experiment.train.patience_epochs
        self._folder = folder
        windows, owners = windows_of_clips(material.features, clips, material.experiment.window)
        self._windows = windows[..., None]
        self._truth = np.array(material.dataset.targets())[clips][owners]
        path = folder / BEST_FILE
        self._best = msgspec.json.decode(path.read_bytes(), type=Best) if path.is_file() else None

    def look(self, model: keras.Model, epoch: int) -> float:
        """The mean cross-entropy of the averaged weights after an epoch, counted from 1."""
        training = [np.asarray(variable) for variable in model.trainable_variables]
        model.optimizer.finalize_variable_values(model.trainable_variables)
        loss = self._loss(model)
        if self._best is None or loss < self._best.loss:
            self._best = Best(epoch=epoch, loss=loss)
            with atomic_path(self._folder / WEIGHTS_FILE) as partial:
                np.savez(partial, *model.get_weights())
            write_atomic(self._folder / BEST_FILE, msgspec.json.encode(self._best))
        for variable, values in zip(model.trainable_variables, training, strict=True):
            variable.assign(values)
        return loss

    def is_enough(self, epoch: int) -> bool:
        """Whether the best epoch is longer ago than patience lasts."""
        best = self._best
        return bool(self._patience and best and epoch - best.epoch >= self._patience)

    def take_best(self, model: keras.Model) -> None:
        """Gives the model the averaged weights of its best epoch, if there is any patience."""
        if self._patience and self._best is not None:
            with np.load(self._folder / WEIGHTS_FILE) as arrays:
                model.set_weights([arrays[name] for name in arrays.files])

    def _loss(self, model: keras.Model) -> float:
        logits = model.predict(self._windows, batch_size=256, verbose=0)
        scores = np.asarray(keras.ops.log_softmax(np.asarray(logits, np.float32)))
        return float(-scores[np.arange(len(scores)), self._truth].mean())
