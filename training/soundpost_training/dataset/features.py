"""The features of a data set, computed once and kept under a fingerprint."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.features import FeatureSpec, LogMel
from soundpost_training.dataset.audio import read_pcm
from soundpost_training.dataset.clip import Dataset
from soundpost_training.errors import DatasetError
from soundpost_training.progress import track


@dataclass(frozen=True, slots=True)
class Features:
    """The log-mel of all clips, end to end.

    Attributes:
        spec: How they were made.
        log_mel: float32[all frames, mel_bands].
        starts: int64[clips], where each clip begins.
        frames: int64[clips], how long each clip is.
    """

    spec: FeatureSpec
    log_mel: NDArray[np.float32]
    starts: NDArray[np.int64]
    frames: NDArray[np.int64]

    def clip(self, index: int) -> NDArray[np.float32]:
        """The features of one clip, float32[frames, mel_bands]."""
        start = self.starts[index]
        return self.log_mel[start : start + self.frames[index]]

    @classmethod
    def joined(cls, spec: FeatureSpec, clips: list[NDArray[np.float32]]) -> "Features":
        """Features from clip after clip, each float32[frames, mel_bands]."""
        frames = np.array([len(clip) for clip in clips], np.int64)
        starts = np.concatenate(([0], np.cumsum(frames)[:-1])).astype(np.int64)
        return cls(spec, np.concatenate(clips), starts, frames)


def fingerprint(dataset: Dataset, spec: FeatureSpec) -> str:
    """A name for exactly these recordings heard in exactly this way, 16 hexadecimal digits."""
    digest = hashlib.sha256(msgspec.json.encode(spec, order="deterministic"))
    for clip in dataset.clips:
        with clip.path.open("rb") as audio:
            digest.update(hashlib.file_digest(audio, "sha256").digest())
    return digest.hexdigest()[:16]


def prepare(dataset: Dataset, spec: FeatureSpec, cache: Path) -> Features:
    """The features of a data set, from the cache or computed and put there.

    The cache's file appears whole or not at all.

    Raises:
        DatasetError: A recording cannot be read, or the cache cannot be written.
    """
    path = cache / f"{dataset.name.lower()}-{fingerprint(dataset, spec)}.npz"
    if path.is_file():
        with np.load(path) as kept:
            return Features(spec, kept["log_mel"], kept["starts"], kept["frames"])
    features = Features.joined(spec, list(_compute(dataset, spec)))
    try:
        _write(path, features)
    except OSError as error:
        raise DatasetError(
            f"the features cannot be kept at {path}: {error.strerror}",
            hint="make room, or name another folder with --cache",
        ) from error
    return features


def _compute(dataset: Dataset, spec: FeatureSpec) -> Iterator[NDArray[np.float32]]:
    front_end = LogMel(spec)
    for clip in track(dataset.clips, f"listening to {dataset.name}"):
        log_mel = front_end.compute(read_pcm(clip.path, spec.sample_rate_hz))
        if not len(log_mel):
            raise DatasetError(
                f"{clip.path} is shorter than one frame of {spec.frame_samples} samples",
                hint="drop it, or record it again",
            )
        yield log_mel


def _write(path: Path, features: Features) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, log_mel=features.log_mel, starts=features.starts, frames=features.frames)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
