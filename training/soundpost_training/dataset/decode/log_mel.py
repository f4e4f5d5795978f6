"""Listening to every recording once."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soundpost.features import FeatureSpec, LogMel
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode.audio import Signal, read_signal, to_pcm
from soundpost_training.dataset.decode.cache import Arrays
from soundpost_training.dataset.decode.ffmpeg import is_installed
from soundpost_training.dataset.decode.resumable import extract_all
from soundpost_training.errors import DatasetError


def listen(dataset: Dataset, spec: FeatureSpec, folder: Path) -> Arrays:
    """The log-mel of the recordings that can be read, and the reasons why others cannot.

    `clips` has the positions of those that can, `ffmpeg` whether that program was there to help.

    Args:
        dataset: Its clips, then its background.
        spec: How to listen.
        folder: For the parts of a long listening.

    Raises:
        DatasetError: One of a published data set cannot be read, or of another, none can; or a
            part cannot be kept.
    """
    front_end = LogMel(spec)

    def hear(at: int) -> list[NDArray[np.float32]]:
        path = dataset.recordings[at].path
        return [log_mel_of(front_end, read_signal(path, spec.sample_rate_hz), path)]

    with_ffmpeg = is_installed()
    heard = extract_all(
        len(dataset.recordings),
        hear,
        what=f"listening to {dataset.name}",
        folder=folder / f"ffmpeg-{with_ffmpeg}",
        strict=dataset.published,
    )
    if not len(heard["clips"]):
        reasons = "; ".join(map(str, heard["reasons"][:3]))
        raise DatasetError(f"no clip of {dataset.name} can be read", hint=reasons)
    return {**heard, "ffmpeg": np.array(with_ffmpeg)}


def log_mel_of(front_end: LogMel, signal: Signal, path: Path) -> NDArray[np.float32]:
    """The log-mel of a signal, float32[frames, mel_bands].

    Raises:
        DatasetError: It is shorter than one frame; the path is named.
    """
    log_mel = front_end.compute(to_pcm(signal))
    if not len(log_mel):
        raise DatasetError(
            f"{path} is shorter than one frame of {front_end.spec.frame_samples} samples",
            hint="drop it, or record it again",
        )
    return log_mel
