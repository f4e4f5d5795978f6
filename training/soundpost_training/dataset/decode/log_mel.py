"""Computes the log-mel of every recording of a data set."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soundpost.features import FeatureSpec, LogMel
from soundpost.recording.decoders.ffmpeg_process import is_installed
from soundpost.system.printable import printable
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode.audio import Signal, decode, to_pcm
from soundpost_training.dataset.decode.cache import Arrays
from soundpost_training.dataset.decode.resumable import Extracted, extract_all
from soundpost_training.errors import DatasetError

REASONS_SHOWN = 3
"""Reasons in an error; if no recording can be read, they are mostly the same."""

LOUDEST = 1.0 - 2.0**-15
"""The largest positive sample of 16 bit, which a clipped recording has many of."""


def extract_log_mel(dataset: Dataset, spec: FeatureSpec, folder: Path) -> Arrays:
    """Returns the log-mel of the readable recordings, and the reasons for the others.

    Args:
        dataset: Its clips are read, then its background.
        spec: The feature specification.
        folder: Stores the parts of a long extraction.

    Returns:
        The arrays of `extract_all`, `ffmpeg`: whether that program was installed, and `full_scale`
        float32[recordings], the share of samples at full scale, 0 where an earlier attempt read it.

    Raises:
        DatasetError: A recording of a published data set cannot be read; of another data set,
            none can; or a part cannot be stored.
    """
    log_mel = LogMel(spec)

    full_scale = np.zeros(len(dataset.recordings), np.float32)

    def extract(at: int) -> Extracted:
        path = dataset.recordings[at].path
        decoded = decode(path, spec.sample_rate_hz)
        if len(decoded.signal):
            full_scale[at] = np.mean(np.abs(decoded.signal) >= LOUDEST)
        return Extracted([log_mel_of(log_mel, decoded.signal, path)], decoded.warning)

    with_ffmpeg = is_installed()
    extracted = extract_all(
        len(dataset.recordings),
        extract,
        title=f"features of {dataset.name}",
        folder=folder / f"ffmpeg-{with_ffmpeg}",
        strict=dataset.published,
    )
    if not len(extracted["clips"]):
        reasons = "; ".join(map(str, extracted["reasons"][:REASONS_SHOWN]))
        raise DatasetError(f"no clip of {dataset.name} can be read", hint=reasons)
    return {**extracted, "ffmpeg": np.array(with_ffmpeg), "full_scale": full_scale}


def log_mel_of(log_mel: LogMel, signal: Signal, path: Path) -> NDArray[np.float32]:
    """Returns the log-mel of a signal, float32[frames, mel_bands].

    Raises:
        DatasetError: The signal is shorter than one frame; the path is named.
    """
    frames = log_mel.compute(to_pcm(signal))
    if not len(frames):
        name, shortest = printable(str(path)), log_mel.spec.frame_samples
        raise DatasetError(
            f"{name} is shorter than one frame of {shortest} samples",
            hint="remove it, or record it again",
        )
    return frames
