"""Scores of windows by both teacher networks, stored as float16."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm
from soundpost_training.audioset.mn04 import (
    BATCH,
    CLASSES,
    EMBEDDING,
    MN04_CLASSES,
    MN04_MODEL,
    Mn04,
)
from soundpost_training.audioset.yamnet import YAMNET_MODEL, Yamnet
from soundpost_training.dataset.paths import data_folder


class TeacherScores(NamedTuple):
    """Outputs of both teachers for n windows.

    Attributes:
        mn04_logits: float16[n, 527].
        mn04_embedding: float16[n, 384].
        yamnet_scores: float16[n, 521], the maximum over a window's patches of 0.975 s.
    """

    mn04_logits: NDArray[np.float16]
    mn04_embedding: NDArray[np.float16]
    yamnet_scores: NDArray[np.float16]


class AudioSetTeachers:
    """mn04 and YAMNet.

    Args:
        data: Folder with `mn04/` and `yamnet/`; by default $SOUNDPOST_DATA.

    Attributes:
        mn04: The first teacher.
        yamnet: The second teacher.

    Raises:
        TrainingError: onnxruntime or a file of mn04 is missing.
        DatasetError: YAMNet's file is missing.
    """

    def __init__(self, data: Path | None = None) -> None:
        folder = data or data_folder("")
        self.mn04 = Mn04(folder / MN04_MODEL, folder / MN04_CLASSES)
        self.yamnet = Yamnet(folder / YAMNET_MODEL)

    def soft_scores(self, windows: Pcm | NDArray[np.float32]) -> TeacherScores:
        """Returns the scores of both teachers for each window.

        Sixteen windows are converted and scored at a time, so the memory beyond input and result
        does not grow with their number.

        Args:
            windows: int16[n, samples] or float32[n, samples], 16 kHz, float with full scale
                at 1.0; at least 0.975 s. May be mapped from a file.
        """
        count = len(windows)
        scores = TeacherScores(
            np.empty((count, CLASSES), np.float16),
            np.empty((count, EMBEDDING), np.float16),
            np.empty((count, len(self.yamnet.class_names)), np.float16),
        )
        for first in range(0, count, BATCH):
            batch = slice(first, first + BATCH)
            waveforms = _full_scale_at_one(windows[batch])
            output = self.mn04.score(waveforms)
            scores.mn04_logits[batch] = output.logits
            scores.mn04_embedding[batch] = output.embedding
            scores.yamnet_scores[batch] = self.yamnet.score(waveforms)
        return scores


def _full_scale_at_one(windows: Pcm | NDArray[np.float32]) -> NDArray[np.float32]:
    if windows.dtype == np.int16:
        return windows.astype(np.float32) / np.float32(FULL_SCALE)
    if windows.dtype == np.float32:
        return np.ascontiguousarray(windows, np.float32)
    raise ValueError(f"expected windows of int16 or float32, got {windows.dtype}")
