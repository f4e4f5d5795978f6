"""The features of a data set, and the fingerprint that names them in the cache."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.features import FeatureSpec
from soundpost_training.dataset.clip import Dataset

FORMAT = 4
"""Version of the cache's file, part of its fingerprint: other versions are not found.

Version 2 has wrong features of the recordings that ffmpeg decoded. In version 3 training resampled
with another rounding than the daemon, damaged recordings were left out or shortened silently, and
all channels were averaged, also those without sound and in antiphase.
"""


@dataclass(frozen=True, slots=True)
class Features:
    """The log-mel of all recordings, end to end.

    Attributes:
        spec: The feature specification they were computed with.
        log_mel: float32[all frames, mel_bands].
        starts: int64[recordings], the first frame of each.
        frames: int64[recordings], the length of each.
    """

    spec: FeatureSpec
    log_mel: NDArray[np.float32]
    starts: NDArray[np.int64]
    frames: NDArray[np.int64]

    def clip(self, index: int) -> NDArray[np.float32]:
        """Returns the features of one recording, float32[frames, mel_bands]."""
        start = self.starts[index]
        return self.log_mel[start : start + self.frames[index]]

    @classmethod
    def joined(cls, spec: FeatureSpec, clips: list[NDArray[np.float32]]) -> "Features":
        """Joins the features of recordings, each float32[frames, mel_bands], in their order."""
        frames = np.array([len(clip) for clip in clips], np.int64)
        starts = np.concatenate(([0], np.cumsum(frames)[:-1])).astype(np.int64)
        return cls(spec, np.concatenate(clips), starts, frames)


def fingerprint(dataset: Dataset, spec: FeatureSpec) -> str:
    """Returns a name for these recordings with this specification, 16 hexadecimal digits."""
    digest = hashlib.sha256(msgspec.json.encode((FORMAT, spec), order="deterministic"))
    for clip in dataset.recordings:
        digest.update(content_hash(clip.path))
    return digest.hexdigest()[:16]


def content_hash(path: Path) -> bytes:
    """Returns the SHA-256 of a file's content, or no bytes if the file cannot be read.

    A file that has not changed is read once in a process.
    """
    try:
        status = path.stat()
        return _content_hash(path, status.st_size, status.st_mtime_ns)
    except OSError:
        return b""  # decoding the file reports the reason


@cache
def _content_hash(path: Path, _size: int, _mtime_ns: int) -> bytes:
    """Returns the SHA-256 of a file; its size and time of change are part of the key."""
    with path.open("rb") as audio:
        return hashlib.file_digest(audio, "sha256").digest()
