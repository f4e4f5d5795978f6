"""Scores of examples and of windows by a head on crops."""

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.activation import softmax
from soundpost_training.examples.augment.draw import Draw
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.metrics import SMALLEST_SCORE
from soundpost_training.teacher.student import Student
from soundpost_training.teacher.waveform.crop_embeddings import CropEmbeddings
from soundpost_training.teacher.waveform.crop_head import CropHead, fit_crop_head

Logits = NDArray[np.float32]


def fit_student_head(crops: CropEmbeddings, student: Student) -> CropHead:
    """Fits the head of a student's fold, saves it in the fold's folder, and returns it.

    No crop of a clip of the held-out fold is used.

    Args:
        crops: Of the whole data set.
        student: The network that the head teaches.
    """
    owners = crops.grid.owners
    folds = np.array([clip.fold for clip in student.dataset.clips])
    rows = np.flatnonzero(folds[owners] != (-1 if student.fold is None else student.fold))
    targets = np.array(student.dataset.targets())
    head = fit_crop_head(crops.embeddings[rows], targets[owners[rows]])
    head.save(student.folder)
    return head


def example_logits(
    crops: CropEmbeddings, head: CropHead, sound_bank: SoundBank, drawn: Draw, temperature: float
) -> Logits:
    """Returns logits of mixed examples, float32[n, labels].

    The softened scores of an example are those of its two crops by their shares, as its true label
    is. A crop without a label has equal scores.

    Args:
        crops: Of the whole data set.
        head: Of the student's fold.
        sound_bank: The sounds that the examples are mixed from.
        drawn: The examples.
        temperature: What the student's teachers divide logits by.
    """
    labels = len(head.bias)
    crop_scores = softmax(head.logits(crops.embeddings).astype(np.float64) / temperature)
    owners = sound_bank.owners[drawn.clips]
    # A stretched crop covers more or less of its clip; the crop with the same centre stands for it.
    lengthened = (drawn.rates - 1.0) * crops.grid.frames / 2.0
    rows = crops.grid.nearest(np.maximum(owners, 0), drawn.starts + lengthened)
    scores = np.where((owners >= 0)[..., None], crop_scores[rows], 1.0 / labels)
    shares = drawn.shares[:, None]
    mixed = shares * scores[:, 0] + (1.0 - shares) * scores[:, 1]
    logits: Logits = (np.log(np.maximum(mixed, SMALLEST_SCORE)) * temperature).astype(np.float32)
    return logits


def window_logits(
    crops: CropEmbeddings,
    head: CropHead,
    clips: NDArray[np.int64],
    starts: NDArray[np.int64],
) -> Logits:
    """Returns logits of windows, float32[n, labels].

    Args:
        crops: Of the whole data set.
        head: Fitted on other folds than those of the windows.
        clips: int64[n], the clip of each window.
        starts: int64[n], the frame at which each begins.
    """
    return head.logits(crops.embeddings[crops.grid.nearest(clips, starts)])
