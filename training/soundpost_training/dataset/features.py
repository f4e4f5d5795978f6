"""The features of a data set, and the fingerprint that they are kept under."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.features import FeatureSpec
from soundpost_training.dataset.clip import Dataset

FORMAT = 2
"""Of the cache's file; one of another format is not found, and made anew."""


@dataclass(frozen=True, slots=True)
class Features:
    """The log-mel of all recordings, end to end.

    Attributes:
        spec: How they were made.
        log_mel: float32[all frames, mel_bands].
        starts: int64[recordings], where each begins.
        frames: int64[recordings], how long each is.
    """

    spec: FeatureSpec
    log_mel: NDArray[np.float32]
    starts: NDArray[np.int64]
    frames: NDArray[np.int64]

    def clip(self, index: int) -> NDArray[np.float32]:
        """The features of one recording, float32[frames, mel_bands]."""
        start = self.starts[index]
        return self.log_mel[start : start + self.frames[index]]

    @classmethod
    def joined(cls, spec: FeatureSpec, clips: list[NDArray[np.float32]]) -> "Features":
        """Features from recording after recording, each float32[frames, mel_bands]."""
        frames = np.array([len(clip) for clip in clips], np.int64)
        starts = np.concatenate(([0], np.cumsum(frames)[:-1])).astype(np.int64)
        return cls(spec, np.concatenate(clips), starts, frames)


def fingerprint(dataset: Dataset, spec: FeatureSpec) -> str:
    """A name for exactly these recordings heard in exactly this way, 16 hexadecimal digits."""
    digest = hashlib.sha256(msgspec.json.encode((FORMAT, spec), order="deterministic"))
    for clip in dataset.recordings:
        digest.update(content_of(clip.path))
    return digest.hexdigest()[:16]


def content_of(path: Path) -> bytes:
    """The SHA-256 of a file's content; nothing of a file that cannot be read."""
    try:
        with path.open("rb") as audio:
            return hashlib.file_digest(audio, "sha256").digest()
    except OSError:
        return b""  # listening to it will say why
