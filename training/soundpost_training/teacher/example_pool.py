"""A pool of augmented examples with their embeddings, computed once for all folds."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.paths import data_folder
from soundpost_training.examples.augment.apply import apply
from soundpost_training.examples.augment.draw import Draw
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.teacher.resumable_array import fill_resumable
from soundpost_training.teacher.waveform.crop_embeddings import CropEmbeddings
from soundpost_training.teacher.yamnet_embedding import build_embedding

POOL_BATCH = 64
"""Examples that are drawn and embedded at once. It is part of a pool's name, so not a setting."""


@dataclass(frozen=True, slots=True)
class ExamplePool:
    """Examples of the whole data set, and their embeddings.

    Only examples whose every sound lies in a fold's training folds may be given to that fold's
    teacher and student; `usable` selects them.

    Attributes:
        name: Fingerprint of these examples and this embedding, 16 hexadecimal digits.
        sound_bank: All clips of the data set.
        frames: Of an example.
        drawn: The examples.
        embeddings: float16[examples, features]; no features where the teacher has no embedding.
        crops: Of the clips, by the teacher that takes waveforms; None without such a teacher.
    """

    name: str
    sound_bank: SoundBank
    frames: int
    drawn: Draw
    embeddings: NDArray[np.float16]
    crops: CropEmbeddings | None = None

    def log_mel(self, examples: NDArray[np.int64]) -> NDArray[np.float32]:
        """Returns some of the examples, float32[n, frames, mel_bands]."""
        return apply(self.drawn.take(examples), self.sound_bank.features, self.frames)

    def targets(self, examples: NDArray[np.int64]) -> NDArray[np.float32]:
        """Returns the targets of some of the examples, float32[n, labels]."""
        clips, shares = self.drawn.clips[examples], self.drawn.shares[examples]
        return self.sound_bank.mixed_targets(clips, shares)

    def usable(self, held_out: int | None) -> NDArray[np.int64]:
        """Returns the examples without any sound of the held-out fold; all if it is None."""
        if held_out is None:
            return np.arange(len(self.drawn.clips))
        folds = self.sound_bank.folds_of(self.drawn.clips, self.drawn.beneath)
        return np.flatnonzero((folds != held_out).all(axis=1))


@dataclass(frozen=True, slots=True)
class SoftLabels:
    """The pool's examples that a fold may use, with the scores of its teachers.

    Attributes:
        examples: int64[n], positions in the pool.
        scores: float16[n, labels], at the teachers' temperature.
    """

    examples: NDArray[np.int64]
    scores: NDArray[np.float16]


def fill_pool(
    experiment: Experiment, config: TeacherConfig, sound_bank: SoundBank, drawn: Draw, folder: Path
) -> ExamplePool:
    """Returns the pool of an experiment; continues where an interruption stopped the embedding.

    Args:
        experiment: Seed, window and augmentation.
        config: The embedding, and how many examples of each clip.
        sound_bank: All clips of the data set.
        drawn: The examples.
        folder: Gets the file of embeddings, named by all that they depend on.
    """
    name = fingerprint(experiment, config, sound_bank.features.log_mel)
    frames, count = experiment.window.frames, len(drawn.clips)
    pool = ExamplePool(name, sound_bank, frames, drawn, np.empty((count, 0), np.float16))
    if config.weights is None:
        return pool
    bands = experiment.features.mel_bands
    model = build_embedding(data_folder(config.weights), config.layers, frames, bands)
    embeddings = fill_resumable(
        folder / f"pool-{name}.npy",
        (count, model.output_shape[-1]),
        POOL_BATCH,
        lambda batch: np.asarray(model.predict_on_batch(pool.log_mel(batch)[..., None])),
        "computing embeddings",
    )
    return replace(pool, embeddings=embeddings)


def fingerprint(experiment: Experiment, config: TeacherConfig, log_mel: NDArray[np.float32]) -> str:
    """Returns a name for these examples and this embedding, 16 hexadecimal digits.

    Args:
        experiment: Seed, window and augmentation.
        config: The embedding, and how many examples of each clip.
        log_mel: float32[frames, mel_bands] of all that examples are cut from.
    """
    settings = [
        experiment.seed,
        experiment.features,
        experiment.window,
        experiment.augment,
        config.weights,
        config.layers,
        config.pool_passes,
        POOL_BATCH,
    ]
    digest = hashlib.sha256(msgspec.json.encode(settings, order="deterministic"))
    digest.update(np.ascontiguousarray(log_mel).data)
    return digest.hexdigest()[:16]
