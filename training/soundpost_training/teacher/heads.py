"""Heads on the YAMNet embedding: the teacher that is fitted on a fold's training clips."""

from collections.abc import Iterator

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.progress import bar
from soundpost_training.runs.run_folder import HEADS_FILE, load_run_experiment, refuse_other_folds
from soundpost_training.teacher.leakage import refuse_other_data, refuse_other_layers
from soundpost_training.teacher.student import Student

Embeddings = NDArray[np.float16]

BATCH = 512
LEARNING_RATE = 1e-3
WEIGHT_DECAY = 0.01
INPUT_DROPOUT, HIDDEN_DROPOUT = 0.2, 0.5
STATISTICS_SAMPLE = 10_000
"""Embeddings that the input normalisation is computed from; a pool may have millions."""


class HeadBatches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras publishes no types
    """Batches of embeddings and targets, in another order each epoch.

    Args:
        embeddings: float16[pool, features].
        examples: int64[n], the positions in the pool to learn from.
        targets: float32[n, labels], of these examples.
        seed: Of the order.
    """

    def __init__(
        self,
        embeddings: Embeddings,
        examples: NDArray[np.int64],
        targets: NDArray[np.float32],
        seed: int,
    ) -> None:
        super().__init__()
        self._embeddings = embeddings
        self._examples = examples
        self._targets = targets
        self._rng = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self) -> int:
        """Batches of an epoch, at least one."""
        return max(1, len(self._examples) // BATCH)

    def __getitem__(self, batch: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Embeddings float32[n, features] and targets float32[n, labels]."""
        chosen = np.sort(self._order[batch * BATCH : (batch + 1) * BATCH])
        return self._embeddings[self._examples[chosen]].astype(np.float32), self._targets[chosen]

    def on_epoch_end(self) -> None:
        """Draws the order of the next epoch; called by Keras."""
        self._order = self._rng.permutation(len(self._examples))


def fit_heads(
    config: TeacherConfig,
    embeddings: Embeddings,
    examples: NDArray[np.int64],
    targets: NDArray[np.float32],
    seed: int,
) -> keras.Model:
    """Fits a network from float32[n, features] to logits float32[n, heads, labels].

    It has one head for each tapped layer, and one for all of them together.

    Args:
        config: Size and epochs.
        embeddings: float16[pool, features].
        examples: int64[n], the positions in the pool that this fold's teacher may learn from.
        targets: float32[n, labels], of these examples.
        seed: Of the weights and of the order.
    """
    keras.utils.set_random_seed(seed)
    step = max(1, len(examples) // STATISTICS_SAMPLE)
    sample = embeddings[examples[::step]].astype(np.float32)
    model = _build(config, sample, targets.shape[1])
    batches = HeadBatches(embeddings, examples, targets, seed)
    schedule = keras.optimizers.schedules.CosineDecay(
        LEARNING_RATE, config.head_epochs * len(batches)
    )
    model.compile(keras.optimizers.AdamW(schedule, weight_decay=WEIGHT_DECAY), _mean_cross_entropy)
    with bar() as progress:
        for _ in progress.track(range(config.head_epochs), description="fitting heads"):
            model.fit(batches, epochs=1, verbose=0)
    return model


def head_logits(
    model: keras.Model, embeddings: Embeddings, examples: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Returns the logits of each head, float32[n, heads, labels], of some examples.

    In batches: the embeddings of a whole pool may not fit into memory.
    """
    firsts = range(0, len(examples), BATCH)
    batches = (embeddings[examples[at : at + BATCH]].astype(np.float32) for at in firsts)
    return np.concatenate([np.asarray(model.predict_on_batch(batch)) for batch in batches])


def heads_of_other_runs(config: TeacherConfig, student: Student) -> Iterator[keras.Model]:
    """Yields the heads of `teacher.heads_of`: fitted for the same fold, on other examples.

    Raises:
        TrainingError: Heads are missing, are on other layers, or were fitted on the fold that the
            student holds out.
    """
    for name in config.heads_of:
        folder = student.run(name)
        path = folder / HEADS_FILE
        if not path.is_file():
            raise TrainingError(
                f"teacher.heads_of has {name}, but {path} is not there",
                hint=f"train the experiment {name} first, with the same --runs",
            )
        theirs = load_run_experiment(folder)
        refuse_other_data(name, theirs, student.experiment)
        refuse_other_folds(folder, student.dataset)
        refuse_other_layers(name, theirs.teacher, config)
        yield keras.saving.load_model(path, compile=False)


def _build(config: TeacherConfig, sample: NDArray[np.float32], labels: int) -> keras.Model:
    inputs = keras.Input((sample.shape[1],))
    # `adapt` would read the sample twice; the added variance keeps constant features at 0.
    normalize = layers.Normalization(mean=sample.mean(axis=0), variance=sample.var(axis=0) + 1e-4)
    features = normalize(inputs)
    width = sample.shape[1] // len(config.layers)
    firsts = [place * width for place in range(len(config.layers))]
    parts = [features[:, first : first + width] for first in firsts]
    heads = [_head(part, config.head_units, labels) for part in [*parts, features]]
    return keras.Model(inputs, ops.stack(heads, axis=1))


def _head(features: keras.KerasTensor, units: int, labels: int) -> keras.KerasTensor:
    hidden = layers.Dense(units, activation="relu")(layers.Dropout(INPUT_DROPOUT)(features))
    return layers.Dense(labels)(layers.Dropout(HIDDEN_DROPOUT)(hidden))


def _mean_cross_entropy(targets: keras.KerasTensor, logits: keras.KerasTensor) -> keras.KerasTensor:
    log_scores = ops.log_softmax(logits, axis=-1)
    return -ops.mean(ops.sum(ops.expand_dims(targets, 1) * log_scores, axis=-1), axis=-1)
