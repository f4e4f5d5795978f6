"""A pool of augmented examples that the teacher's ear has listened to, once for all folds."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset import data_folder
from soundpost_training.examples.augment import Draw, apply
from soundpost_training.examples.batches import TrainingBatches
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.experiment import Experiment, TeacherConfig
from soundpost_training.teacher.resumable_array import Answers, fill_resumable
from soundpost_training.teacher.yamnet_embedding import build_embedding

POOL_BATCH = 64
"""Examples drawn and listened to at once; part of what a pool is, so it is in no experiment."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Examples of the whole data set, and what the ear makes of them.

    Only examples whose every clip lies in a fold's training folds may be shown to that fold's
    teacher and student; `usable` tells which.

    Attributes:
        name: Of exactly these examples heard by exactly this ear, 16 hexadecimal digits.
        bank: All clips of the data set.
        frames: Of an example.
        drawn: The examples.
        heard: float16[examples, features], what the ear answers; no features without an ear.
    """

    name: str
    bank: SoundBank
    frames: int
    drawn: Draw
    heard: Answers

    def shown(self, examples: NDArray[np.int64]) -> NDArray[np.float32]:
        """Some of the examples, float32[n, frames, mel_bands]."""
        return apply(self.drawn.take(examples), self.bank.features, self.frames)

    def usable(self, held_out: int | None) -> NDArray[np.int64]:
        """The examples in which nothing of the held-out fold can be heard; all without one."""
        if held_out is None:
            return np.arange(len(self.drawn.clips))
        return np.flatnonzero((self.bank.folds_of(self.drawn) != held_out).all(axis=1))


def fill_pool(experiment: Experiment, config: TeacherConfig, bank: SoundBank, folder: Path) -> Pool:
    """The pool of an experiment; what was listened to before an interruption is kept.

    Args:
        experiment: Seed, window and augmentation.
        config: The ear, and how many examples of each clip.
        bank: All clips of the data set.
        folder: Gets the file of what was heard, named by all that it depends on.
    """
    name = fingerprint(experiment, config, bank.features.log_mel)
    drawn, frames = _draw_all(experiment, config, bank), experiment.window.frames
    silent = Pool(name, bank, frames, drawn, np.empty((len(drawn.clips), 0), np.float16))
    if config.weights is None:
        return silent
    bands = experiment.features.mel_bands
    ear = build_embedding(data_folder(config.weights), config.layers, frames, bands)
    heard = fill_resumable(
        folder / f"pool-{name}.npy",
        (len(drawn.clips), ear.output_shape[-1]),
        POOL_BATCH,
        lambda batch: np.asarray(ear.predict_on_batch(silent.shown(batch)[..., None])),
        "the teacher listens",
    )
    return replace(silent, heard=heard)


def _draw_all(experiment: Experiment, config: TeacherConfig, bank: SoundBank) -> Draw:
    examples = TrainingBatches(experiment, bank, POOL_BATCH)
    draws = []
    for examples.epoch in range(config.pool_passes):
        draws += [examples.draw(batch) for batch in range(len(examples))]
    return Draw.joined(draws)


def fingerprint(experiment: Experiment, config: TeacherConfig, log_mel: NDArray[np.float32]) -> str:
    """A name for exactly these examples heard by exactly this ear, 16 hexadecimal digits.

    Args:
        experiment: Seed, window and augmentation.
        config: The ear, and how many examples of each clip.
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
