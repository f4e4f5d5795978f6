"""What a fold's student is shown: examples of the pool, with what the teacher makes of each."""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.augment import apply
from soundpost_training.config import Experiment
from soundpost_training.examples import Batch, mixed_targets
from soundpost_training.teacher.heads import fit_heads, soft_targets
from soundpost_training.teacher.pool import Pool

HEADS_FILE = "teacher.keras"
LESSONS_FILE = "lessons.npz"


@dataclass(frozen=True, slots=True)
class Lessons:
    """The pool's examples that one fold may use, with the teacher's answers.

    Attributes:
        examples: int64[n], positions in the pool.
        told: float16[n, labels], the teacher's scores at its temperature.
    """

    examples: NDArray[np.int64]
    told: NDArray[np.float16]


def teach(experiment: Experiment, pool: Pool, examples: NDArray[np.int64], folder: Path) -> Lessons:
    """The lessons of a fold, from its folder when they are there already.

    Args:
        experiment: With a teacher.
        pool: What the ear has listened to.
        examples: The pool's examples that the fold may use.
        folder: Of the fold's run.
    """
    config = experiment.teacher
    if config is None:
        raise ValueError("an experiment without [teacher] has no lessons")
    kept = folder / LESSONS_FILE
    if kept.is_file():
        with np.load(kept) as arrays:
            return Lessons(arrays["examples"], arrays["told"])
    targets = mixed_targets(pool.drawn.take(examples), pool.bank)
    heads = fit_heads(config, pool.heard, examples, targets, experiment.seed)
    heads.save(folder / HEADS_FILE)
    told = soft_targets(heads, pool.heard[examples], config.temperature)
    unlabelled = pool.drawn.clips[examples, 0] >= pool.bank.clips
    told[unlabelled] = 1.0 / told.shape[1]  # silence is known to be nothing, whatever is thought
    lessons = Lessons(examples, told.astype(np.float16))
    partial = folder / f"partial-{LESSONS_FILE}"
    np.savez(partial, examples=lessons.examples, told=lessons.told)
    partial.replace(kept)
    return lessons


class TaughtExamples(keras.utils.PyDataset):  # type: ignore[misc]  # Keras publishes no types
    """The batches of an epoch: as many as without a teacher, going through the pool in order.

    Each target is float32[2, labels]: what is true, and what the teacher says.
    """

    def __init__(self, experiment: Experiment, pool: Pool, lessons: Lessons, batches: int) -> None:
        super().__init__()
        self.epoch = 0
        self._experiment = experiment
        self._pool = pool
        self._lessons = lessons
        self._batches = batches
        self._round = -1
        self._order = np.empty(0, np.int64)

    def __len__(self) -> int:
        """Batches of an epoch."""
        return self._batches

    def __getitem__(self, batch: int) -> Batch:
        """Examples float32[n, frames, mel_bands, 1], targets float32[n, 2, labels]."""
        chosen = self._choose(batch)
        drawn = self._pool.drawn.take(self._lessons.examples[chosen])
        frames = self._experiment.window.frames
        examples = apply(drawn, self._pool.bank.features, frames)
        true = mixed_targets(drawn, self._pool.bank)
        told = self._lessons.told[chosen].astype(np.float32)
        return examples[..., None], np.stack((true, told), axis=1)

    def _choose(self, batch: int) -> NDArray[np.int64]:
        size = self._experiment.train.batch_size
        around, place = divmod(
            self.epoch * self._batches + batch, len(self._lessons.examples) // size
        )
        if around != self._round:
            rng = np.random.default_rng((self._experiment.seed, 3, around))
            self._round, self._order = around, rng.permutation(len(self._lessons.examples))
        return self._order[place * size : (place + 1) * size]
