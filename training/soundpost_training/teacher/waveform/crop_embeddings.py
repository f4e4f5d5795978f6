"""Embeddings of crops of clean clips by a network that takes waveforms, computed once.

A mixed example needs no waveform: its soft label is the mixture of those of its crops.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
from msgspec import UnsetType
from numpy.typing import NDArray

from soundpost_training.audioset.mn04 import (
    CLASSES,
    EMBEDDING,
    MN04_CLASSES,
    SAMPLE_RATE_HZ,
    Mn04,
)
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode.audio import read_signal
from soundpost_training.dataset.features import Features, content_hash
from soundpost_training.dataset.paths import data_folder
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.teacher.resumable_array import fill_resumable
from soundpost_training.teacher.waveform.crop_grid import GRID_SECONDS, CropGrid

Embeddings = NDArray[np.float16]

BATCH = 32
"""Crops that are embedded at once: half a second of work, some megabytes."""

LEAST_SAMPLES = SAMPLE_RATE_HZ // 2
"""The network takes no less than half a second; a shorter window is extended to that."""

FORMAT = 1
"""Version of the file of embeddings, part of its name."""


@dataclass(frozen=True, slots=True)
class CropEmbeddings:
    """The embedding of each crop of the grid.

    Attributes:
        grid: The crops of the data set's clips.
        embeddings: float16[rows, 911], the network's embedding and its logits of AudioSet.
    """

    grid: CropGrid
    embeddings: Embeddings


def teacher_crops(
    experiment: Experiment, dataset: Dataset, features: Features, folder: Path
) -> CropEmbeddings | None:
    """Returns the embeddings by an experiment's `teacher.waveform`; None where there is none.

    Args:
        experiment: The network, and the frames of a window.
        dataset: Its clips are embedded.
        features: The log-mel of the data set.
        folder: Gets the file of embeddings.

    Raises:
        TrainingError: See `embed_crops`.
        DatasetError: A clip can no longer be read.
    """
    config = experiment.teacher
    if config is None or isinstance(config.waveform, UnsetType):
        return None
    network, frames = data_folder(config.waveform), experiment.window.frames
    return embed_crops(network, dataset, features, frames, folder)


def embed_crops(
    model: Path, dataset: Dataset, features: Features, frames: int, folder: Path
) -> CropEmbeddings:
    """Returns the embeddings of a data set's clips; continues where an interruption stopped it.

    They depend on no fold and no augmentation, so experiments on the same clips share the file.

    Args:
        model: `mn04_as.onnx`, with AudioSet's table of classes beside it.
        dataset: Its clips are embedded; their background has no label to teach.
        features: The log-mel of the data set.
        frames: Frames of a window.
        folder: Gets the file of embeddings, named by all that they depend on.

    Raises:
        TrainingError: onnxruntime is not installed, a file of the network is missing or is
            another one, or the disk is full.
        DatasetError: A clip can no longer be read.
    """
    spec = features.spec
    stride = round(GRID_SECONDS * spec.sample_rate_hz / spec.hop_samples)
    grid = CropGrid(features.frames[: len(dataset.clips)], frames, max(1, stride))
    samples_per_frame = spec.hop_samples * SAMPLE_RATE_HZ / spec.sample_rate_hz
    samples = round(spec.sample_count(frames) * SAMPLE_RATE_HZ / spec.sample_rate_hz)
    cut = _cutter(dataset, max(samples, LEAST_SAMPLES))
    owners, starts = grid.owners, np.rint(grid.starts * samples_per_frame).astype(np.int64)
    path = folder / f"crops-{_fingerprint(model, dataset, grid, samples)}.npy"
    network = Mn04(model, model.with_name(Path(MN04_CLASSES).name))

    def embed(rows: NDArray[np.int64]) -> NDArray[np.float32]:
        crops = np.stack([cut(int(owners[row]), int(starts[row])) for row in rows])
        output = network.score(crops)
        return np.concatenate((output.embedding, output.logits), axis=1)

    shape = (len(owners), EMBEDDING + CLASSES)
    embeddings = fill_resumable(path, shape, BATCH, embed, f"embedding crops with {model.stem}")
    return CropEmbeddings(grid, embeddings)


def _cutter(dataset: Dataset, samples: int) -> Callable[[int, int], NDArray[np.float32]]:
    """Returns a function that cuts a crop of a clip, which is repeated past its end."""

    @lru_cache(maxsize=2)  # the crops of a clip follow each other
    def signal_of(clip: int) -> NDArray[np.float32]:
        return read_signal(dataset.clips[clip].path, SAMPLE_RATE_HZ).astype(np.float32)

    def cut(clip: int, start: int) -> NDArray[np.float32]:
        signal = signal_of(clip)
        crop: NDArray[np.float32] = signal.take(range(start, start + samples), mode="wrap")
        return crop

    return cut


def _fingerprint(model: Path, dataset: Dataset, grid: CropGrid, samples: int) -> str:
    """Returns a name for these crops by this network, 16 hexadecimal digits."""
    settings = (FORMAT, grid.frames, grid.stride, samples, grid.lengths.tolist())
    digest = hashlib.sha256(msgspec.json.encode(settings))
    for path in (model, *(clip.path for clip in dataset.clips)):
        digest.update(content_hash(path))
    return digest.hexdigest()[:16]
