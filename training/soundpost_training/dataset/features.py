"""The features of a data set, computed once and kept under a fingerprint."""

import hashlib
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.features import FeatureSpec, LogMel
from soundpost_training.dataset.audio import read_pcm
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.folds import refuse_leaks
from soundpost_training.errors import DatasetError
from soundpost_training.progress import console, track

FORMAT = 2
"""Of the cache's file; one of another format is not found, and made anew."""


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
    digest = hashlib.sha256(msgspec.json.encode((FORMAT, spec), order="deterministic"))
    for clip in dataset.clips:
        with clip.path.open("rb") as audio:
            digest.update(hashlib.file_digest(audio, "sha256").digest())
    return digest.hexdigest()[:16]


def prepare(dataset: Dataset, spec: FeatureSpec, cache: Path) -> tuple[Dataset, Features]:
    """The readable clips of a data set and their features, from the cache or put there.

    Clips that cannot be read are told with the reason and left out, each time. The cache's file
    appears whole or not at all.

    Raises:
        DatasetError: A clip of a published data set cannot be read, what is left is no data set,
            or the cache cannot be written.
    """
    path = cache / f"{dataset.name.lower()}-{fingerprint(dataset, spec)}.npz"
    if not path.is_file():
        listened = _listen(dataset, spec)
        try:
            _write(path, listened)
        except OSError as error:
            raise DatasetError(
                f"the features cannot be kept at {path}: {error.strerror}",
                hint="make room, or name another folder with --cache",
            ) from error
    with np.load(path) as kept:
        clips, reasons = kept["clips"], kept["reasons"]
        features = Features(spec, kept["log_mel"], kept["starts"], kept["frames"])
    for reason in reasons:
        console.print(f"left out: {reason}", style="yellow")
    return refuse_leaks(replace(dataset, clips=tuple(dataset.clips[i] for i in clips))), features


def _listen(dataset: Dataset, spec: FeatureSpec) -> dict[str, NDArray[Any]]:
    """The arrays of the cache's file."""
    front_end = LogMel(spec)
    heard, clips, reasons = [], [], []
    for index, clip in enumerate(track(dataset.clips, f"listening to {dataset.name}")):
        try:
            heard.append(_log_mel(front_end, clip.path))
        except DatasetError as error:
            if dataset.published:
                raise
            reasons.append(str(error))
        else:
            clips.append(index)
    if not heard:
        raise DatasetError(f"no clip of {dataset.name} can be read", hint="; ".join(reasons[:3]))
    features = Features.joined(spec, heard)
    return {
        "log_mel": features.log_mel,
        "starts": features.starts,
        "frames": features.frames,
        "clips": np.array(clips),
        "reasons": np.array(reasons, dtype=str),
    }


def _log_mel(front_end: LogMel, path: Path) -> NDArray[np.float32]:
    spec = front_end.spec
    log_mel = front_end.compute(read_pcm(path, spec.sample_rate_hz))
    if not len(log_mel):
        raise DatasetError(
            f"{path} is shorter than one frame of {spec.frame_samples} samples",
            hint="drop it, or record it again",
        )
    return log_mel


def _write(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # takes them for allow_pickle
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
