"""Accuracy of a fold's teachers on the clips that they were not trained on."""

from collections.abc import Iterator
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.features import Features
from soundpost_training.dataset.paths import data_folder
from soundpost_training.dataset.windows import windows_of_clips
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.metrics import accuracy, clip_means
from soundpost_training.progress import track
from soundpost_training.runs.run_folder import HEADS_FILE
from soundpost_training.teacher.ensemble import ensemble_scores
from soundpost_training.teacher.heads import head_logits, heads_of_other_runs
from soundpost_training.teacher.networks import teacher_networks
from soundpost_training.teacher.student import Student
from soundpost_training.teacher.waveform.crop_embeddings import CropEmbeddings
from soundpost_training.teacher.waveform.crop_head import CropHead
from soundpost_training.teacher.waveform.crop_scores import window_logits
from soundpost_training.teacher.yamnet_embedding import build_embedding

BATCH = 64

Windows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TeacherAccuracy:
    """Accuracies, 0 to 1: of clips by the mean score of their windows, and of windows."""

    clips: float
    windows: float


def evaluate_teachers(
    student: Student, features: Features, crops: CropEmbeddings | None = None
) -> TeacherAccuracy:
    """Returns the accuracy of a student's teachers on the fold that both held out.

    Args:
        student: The network that was taught, with a held-out fold.
        features: The log-mel of the whole data set.
        crops: Of the teacher that takes waveforms, if there is one.

    Raises:
        TrainingError: The experiment has no teacher, no fold is held out, or a teacher is missing.
    """
    config = student.experiment.teacher
    if config is None or student.fold is None:
        raise TrainingError(
            "teachers are evaluated on a fold that they were not trained on",
            hint="name a fold, and an experiment with a [teacher]",
        )
    clips = student.dataset.in_folds([student.fold])
    truth = np.array(student.dataset.targets())[clips]
    windows, owners = windows_of_clips(features, clips, student.experiment.window)
    logits = list(_logits(config, student, windows))
    if crops is not None:
        numbers = np.arange(len(owners)) - np.searchsorted(owners, owners)
        starts = numbers * student.experiment.window.stride_frames
        head = CropHead.load(student.folder)
        logits.append(window_logits(crops, head, np.array(clips)[owners], starts)[:, None])
    scores = ensemble_scores(logits, config.temperature, config.blend)
    return TeacherAccuracy(
        clips=accuracy(clip_means(scores, owners), truth), windows=accuracy(scores, truth[owners])
    )


def _logits(
    config: TeacherConfig, student: Student, windows: Windows
) -> Iterator[NDArray[np.float32]]:
    """Yields the logits of each teacher, float32[windows, heads, labels]."""
    for network in teacher_networks(config, student):
        batches = track(_batches(windows), f"scoring with {network.name}")
        yield np.concatenate([network.logits(batch) for batch in batches])[:, None]
    if config.weights is None:
        return
    frames, bands = windows.shape[1:]
    model = build_embedding(data_folder(config.weights), config.layers, frames, bands)
    batches = track(_batches(windows), "computing embeddings")
    embeddings = np.concatenate(
        [np.asarray(model.predict_on_batch(batch[..., None])) for batch in batches]
    ).astype(np.float16)
    own = keras.saving.load_model(student.folder / HEADS_FILE, compile=False)
    for heads in (*heads_of_other_runs(config, student), own):
        yield head_logits(heads, embeddings, np.arange(len(windows)))


def _batches(windows: Windows) -> list[Windows]:
    return [windows[first : first + BATCH] for first in range(0, len(windows), BATCH)]
