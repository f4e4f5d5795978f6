"""The teacher of a fold: an ensemble of heads on what the ear hears, fitted on training folds."""

from collections.abc import Iterator

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import TeacherConfig
from soundpost_training.progress import bar
from soundpost_training.runs.run_folder import kept_experiment, refuse_other_folds
from soundpost_training.teacher.leakage import refuse_other_ear, refuse_run
from soundpost_training.teacher.resumable_array import Answers
from soundpost_training.teacher.student import Student

HEADS_FILE = "teacher.keras"

BATCH = 512
LEARNING_RATE = 1e-3
WEIGHT_DECAY = 0.01
INPUT_DROPOUT, HIDDEN_DROPOUT = 0.2, 0.5


class Heads(keras.utils.PyDataset):  # type: ignore[misc]  # Keras publishes no types
    """Batches of heard examples in an order that is new in each epoch."""

    def __init__(
        self,
        heard: Answers,
        examples: NDArray[np.int64],
        targets: NDArray[np.float32],
        seed: int,
    ) -> None:
        super().__init__()
        self._heard = heard
        self._examples = examples
        self._targets = targets
        self._rng = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self) -> int:
        """Batches of an epoch: one at least, however few examples there are."""
        return max(1, len(self._examples) // BATCH)

    def __getitem__(self, batch: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What was heard float32[n, features], and targets float32[n, labels]."""
        chosen = np.sort(self._order[batch * BATCH : (batch + 1) * BATCH])
        return self._heard[self._examples[chosen]].astype(np.float32), self._targets[chosen]

    def on_epoch_end(self) -> None:
        """Called by Keras."""
        self._order = self._rng.permutation(len(self._examples))


def fit_heads(
    config: TeacherConfig,
    heard: Answers,
    examples: NDArray[np.int64],
    targets: NDArray[np.float32],
    seed: int,
) -> keras.Model:
    """A network from heard float32[n, features] to logits float32[n, heads, labels].

    One head listens to each tapped layer, one to all of them.

    Args:
        config: Size and epochs.
        heard: What the ear makes of the pool.
        examples: The examples that this fold's teacher may learn from.
        targets: float32[examples, labels], of these examples.
        seed: Of the weights and of the order.
    """
    keras.utils.set_random_seed(seed)
    sample = heard[examples[:: max(1, len(examples) // 10_000)]].astype(np.float32)
    model = _build(config, sample, targets.shape[1])
    batches = Heads(heard, examples, targets, seed)
    schedule = keras.optimizers.schedules.CosineDecay(
        LEARNING_RATE, config.head_epochs * len(batches)
    )
    model.compile(keras.optimizers.AdamW(schedule, weight_decay=WEIGHT_DECAY), _mean_cross_entropy)
    with bar() as progress:
        for _ in progress.track(range(config.head_epochs), description="the teacher learns"):
            model.fit(batches, epochs=1, verbose=0)
    return model


def said_by_heads(
    model: keras.Model, heard: Answers, examples: NDArray[np.int64]
) -> NDArray[np.float32]:
    """The logits of each head, float32[n, heads, labels], of some of what was heard.

    Piece by piece, for what was heard of a whole pool need not fit into memory.
    """
    parts = range(0, len(examples), BATCH)
    pieces = (heard[examples[at : at + BATCH]].astype(np.float32) for at in parts)
    return np.concatenate([np.asarray(model.predict_on_batch(piece)) for piece in pieces])


def others_heads(config: TeacherConfig, student: Student) -> Iterator[keras.Model]:
    """The heads that other runs of the fold were taught by, which heard other examples of it.

    Raises:
        TrainingError: They are not there, are on other layers, or have heard what the student
            holds out.
    """
    for name in config.heads_of:
        folder = student.run(name)
        path = folder / HEADS_FILE
        if not path.is_file():
            raise TrainingError(
                f"teacher.heads_of has {name}, but {path} is not there",
                hint=f"train the experiment {name} first, with the same --runs",
            )
        theirs = kept_experiment(folder)
        refuse_run(name, theirs, student.experiment)
        refuse_other_folds(folder, student.dataset)
        refuse_other_ear(name, theirs.teacher, config)
        yield keras.saving.load_model(path, compile=False)


def _build(config: TeacherConfig, sample: NDArray[np.float32], labels: int) -> keras.Model:
    inputs = keras.Input((sample.shape[1],))
    # Both come in one pass over the sample; a feature that never varies stays at 0.
    centred = layers.Normalization(mean=sample.mean(axis=0), variance=sample.var(axis=0) + 1e-4)
    heard = centred(inputs)
    width = sample.shape[1] // len(config.layers)
    parts = [heard[:, place * width : (place + 1) * width] for place in range(len(config.layers))]
    heads = [_head(part, config.head_units, labels) for part in [*parts, heard]]
    return keras.Model(inputs, ops.stack(heads, axis=1))


def _head(heard: keras.KerasTensor, units: int, labels: int) -> keras.KerasTensor:
    hidden = layers.Dense(units, activation="relu")(layers.Dropout(INPUT_DROPOUT)(heard))
    return layers.Dense(labels)(layers.Dropout(HIDDEN_DROPOUT)(hidden))


def _mean_cross_entropy(targets: keras.KerasTensor, logits: keras.KerasTensor) -> keras.KerasTensor:
    told = ops.log_softmax(logits, axis=-1)
    return -ops.mean(ops.sum(ops.expand_dims(targets, 1) * told, axis=-1), axis=-1)
