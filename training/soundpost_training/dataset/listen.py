"""Listening to every recording once."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost.features import FeatureSpec, LogMel
from soundpost_training.dataset.audio import Signal, read_signal, to_pcm
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.ffmpeg import is_installed
from soundpost_training.errors import DatasetError
from soundpost_training.progress import track

LogMels = list[NDArray[np.float32]]


def listen(dataset: Dataset, spec: FeatureSpec) -> dict[str, NDArray[Any]]:
    """The log-mel of the recordings that can be read, and the reasons why others cannot.

    `clips` has the positions of those that can, `ffmpeg` whether that program was there to help.

    Raises:
        DatasetError: One of a published data set cannot be read, or of another, none can.
    """
    front_end = LogMel(spec)
    heard, clips, reasons = [], [], []
    for index, clip in enumerate(track(dataset.recordings, f"listening to {dataset.name}")):
        try:
            signal = read_signal(clip.path, spec.sample_rate_hz)
            heard.append(log_mel_of(front_end, signal, clip.path))
        except DatasetError as error:
            if dataset.published:
                raise
            reasons.append(f"{error} ({error.hint})")
        else:
            clips.append(index)
    if not heard:
        raise DatasetError(f"no clip of {dataset.name} can be read", hint="; ".join(reasons[:3]))
    return {
        **end_to_end(heard),
        "clips": np.array(clips),
        "reasons": np.array(reasons, dtype=str),
        "ffmpeg": np.array(is_installed()),
    }


def end_to_end(log_mels: LogMels) -> dict[str, NDArray[Any]]:
    """The arrays of features as they are kept: `log_mel`, `starts`, `frames`."""
    frames = np.array([len(log_mel) for log_mel in log_mels], np.int64)
    starts = np.concatenate(([0], np.cumsum(frames)[:-1])).astype(np.int64)
    return {"log_mel": np.concatenate(log_mels), "starts": starts, "frames": frames}


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
