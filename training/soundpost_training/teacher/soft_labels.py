"""What a fold's student is shown: examples of the pool, with what the teacher makes of each."""

from dataclasses import dataclass
from pathlib import Path

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError
from soundpost_training.examples.batches import Batch, mixed_targets
from soundpost_training.experiment.experiment import Experiment, TeacherConfig
from soundpost_training.files import atomic_path
from soundpost_training.progress import console
from soundpost_training.runs.checkpoint import has_checkpoint
from soundpost_training.teacher.ensemble import blended
from soundpost_training.teacher.example_pool import POOL_BATCH, Pool
from soundpost_training.teacher.heads import HEADS_FILE, fit_heads, others_heads, said_by_heads
from soundpost_training.teacher.networks import TeacherNetwork, voices
from soundpost_training.teacher.provenance import Source, changed, sources
from soundpost_training.teacher.resumable_array import fill_resumable
from soundpost_training.teacher.student import Student

LESSONS_FILE = "lessons.npz"
"""The arrays of `SoftLabels`, and `sources`, who told them, as JSON."""


@dataclass(frozen=True, slots=True)
class SoftLabels:
    """The pool's examples that one fold may use, with the teacher's answers.

    Attributes:
        examples: int64[n], positions in the pool.
        told: float16[n, labels], the teacher's scores at its temperature.
    """

    examples: NDArray[np.int64]
    told: NDArray[np.float16]


def teach(pool: Pool, student: Student) -> SoftLabels:
    """The lessons of a fold, from its folder when they are there already and told by the same.

    Args:
        pool: Examples of the whole data set.
        student: Whom they are for.

    Raises:
        TrainingError: A teacher is not there, or has heard what its student holds out; or it is
            another than the one who taught the student so far.
    """
    config = student.experiment.teacher
    if config is None:
        raise ValueError("an experiment without [teacher] has no lessons")
    path, now = student.folder / LESSONS_FILE, sources(config, student, pool.name)
    if path.is_file() and not _are_others(path, now):
        with np.load(path) as arrays:
            return SoftLabels(arrays["examples"], arrays["told"])
    examples = pool.usable(student.fold)
    said: list[NDArray[np.floating]] = [
        _say(voice, pool, examples, student) for voice in voices(config, student)
    ]
    if config.weights is not None:
        said += [
            said_by_heads(heads, pool.heard, examples) for heads in others_heads(config, student)
        ]
        said.append(_heads(config, pool, examples, student))
    told = blended(said, config.temperature, config.blend)
    unlabelled = pool.drawn.clips[examples, 0] >= pool.bank.clips
    told[unlabelled] = 1.0 / told.shape[1]  # silence is known to be nothing, whatever is thought
    lessons = SoftLabels(examples, told.astype(np.float16))
    with atomic_path(path) as partial:
        who = np.array(msgspec.json.encode(now).decode())
        np.savez(partial, examples=lessons.examples, told=lessons.told, sources=who)
    return lessons


def _are_others(path: Path, now: list[Source]) -> bool:
    """Whether lessons were told by others than would tell them now, of which nothing was learnt.

    Raises:
        TrainingError: By others, and the student has begun to learn from them.
    """
    with np.load(path) as arrays:
        if "sources" not in arrays:
            return False  # from before there was such a record: nobody can tell
        told = msgspec.json.decode(str(arrays["sources"]), type=list[Source])
    others = ", ".join(changed(told, now))
    if others and has_checkpoint(path.parent):
        raise TrainingError(
            f"{path.parent} has learnt from lessons before {others} became another",
            hint=f"remove {path.parent} to have it learn anew, or bring back what taught it",
        )
    if others:
        console.print(f"{path} is told anew: {others} became another", soft_wrap=True)
    return bool(others)


def _heads(
    config: TeacherConfig, pool: Pool, examples: NDArray[np.int64], student: Student
) -> NDArray[np.float32]:
    targets = mixed_targets(pool.drawn.take(examples), pool.bank)
    heads = fit_heads(config, pool.heard, examples, targets, student.experiment.seed)
    with atomic_path(student.folder / HEADS_FILE) as partial:
        heads.save(partial)
    return said_by_heads(heads, pool.heard, examples)


def _say(
    voice: TeacherNetwork, pool: Pool, examples: NDArray[np.int64], student: Student
) -> NDArray[np.float16]:
    """What a network says of the examples, float16[n, 1, labels]."""
    said = fill_resumable(
        student.folder / f"said-{voice.name}-{pool.name}-{voice.sha256[:16]}.npy",
        (len(examples), len(student.dataset.labels)),
        POOL_BATCH,
        lambda batch: voice.logits(pool.shown(examples[batch])),
        f"{voice.name} listens",
    )
    return said[:, None]


class DistillationBatches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras publishes no types
    """The batches of an epoch: as many as without a teacher, going through the pool in order.

    A batch is smaller where the whole pool is. Each target is float32[2, labels]: what is true, and
    what the teacher says.
    """

    def __init__(
        self, experiment: Experiment, pool: Pool, lessons: SoftLabels, batches: int
    ) -> None:
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
        examples = self._lessons.examples[chosen]
        true = mixed_targets(self._pool.drawn.take(examples), self._pool.bank)
        told = self._lessons.told[chosen].astype(np.float32)
        return self._pool.shown(examples)[..., None], np.stack((true, told), axis=1)

    def _choose(self, batch: int) -> NDArray[np.int64]:
        size = self._experiment.train.batch_size
        whole = max(1, len(self._lessons.examples) // size)
        around, place = divmod(self.epoch * self._batches + batch, whole)
        if around != self._round:
            rng = np.random.default_rng((self._experiment.seed, 3, around))
            self._round, self._order = around, rng.permutation(len(self._lessons.examples))
        return self._order[place * size : (place + 1) * size]
