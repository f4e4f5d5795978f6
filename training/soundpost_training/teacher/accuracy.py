"""How often a fold's teachers are right of what they never heard."""

from collections.abc import Iterator
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset import Features, data_folder
from soundpost_training.dataset.windows import clip_means, windows_of_clips
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import TeacherConfig
from soundpost_training.metrics import accuracy
from soundpost_training.progress import track
from soundpost_training.teacher.ensemble import blended
from soundpost_training.teacher.heads import HEADS_FILE, others_heads, said_by_heads
from soundpost_training.teacher.networks import voices
from soundpost_training.teacher.student import Student
from soundpost_training.teacher.yamnet_embedding import build_embedding

BATCH = 64

Windows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TeacherAccuracy:
    """Shares of right answers, 0 to 1: of clips by the mean of their windows, and of windows."""

    clips: float
    windows: float


def judge_teachers(student: Student, features: Features) -> TeacherAccuracy:
    """How often those who taught a student are right of the fold that neither has heard.

    Args:
        student: Who has been taught, and held a fold out.
        features: The log-mel of the whole data set.

    Raises:
        TrainingError: Nobody teaches, nothing is held out, or the teachers are not there.
    """
    config = student.experiment.teacher
    if config is None or student.fold is None:
        raise TrainingError(
            "teachers are judged by what they have not heard",
            hint="name a fold, and an experiment with a [teacher]",
        )
    clips = student.dataset.in_folds([student.fold])
    truth = np.array(student.dataset.targets())[clips]
    windows, owners = windows_of_clips(features, clips, student.experiment.window)
    told = blended(list(_said(config, student, windows)), config.temperature, config.blend)
    return TeacherAccuracy(
        clips=accuracy(clip_means(told, owners), truth), windows=accuracy(told, truth[owners])
    )


def _said(
    config: TeacherConfig, student: Student, windows: Windows
) -> Iterator[NDArray[np.float32]]:
    """The logits of each teacher, float32[windows, heads, labels]."""
    for voice in voices(config, student):
        parts = track(_batches(windows), f"{voice.name} listens")
        yield np.concatenate([voice.logits(part) for part in parts])[:, None]
    if config.weights is None:
        return
    frames, bands = windows.shape[1:]
    ear = build_embedding(data_folder(config.weights), config.layers, frames, bands)
    parts = track(_batches(windows), "the teacher listens")
    heard = np.concatenate([np.asarray(ear.predict_on_batch(part[..., None])) for part in parts])
    own = keras.saving.load_model(student.folder / HEADS_FILE, compile=False)
    for heads in (*others_heads(config, student), own):
        yield said_by_heads(heads, heard.astype(np.float16), np.arange(len(windows)))


def _batches(windows: Windows) -> list[Windows]:
    return [windows[at : at + BATCH] for at in range(0, len(windows), BATCH)]
