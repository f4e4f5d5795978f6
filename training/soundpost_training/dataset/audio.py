"""Reading a recording as the daemon would hear it."""

from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE
from soundpost_training.errors import DatasetError


def read_pcm(path: Path, sample_rate_hz: int) -> NDArray[np.int16]:
    """The recording as mono PCM, int16[n], at the given rate.

    A recording that is mono at that rate already, in 16 bits, comes through bit by bit.

    Raises:
        DatasetError: It cannot be read, is empty, or holds numbers that are no sound.
    """
    try:
        samples, rate_hz = soundfile.read(path, dtype="float64", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise DatasetError(
            f"{path} cannot be read as audio: {error}", hint="convert it to WAV or FLAC, or drop it"
        ) from error
    mono = samples.mean(axis=1)
    if not len(mono) or not np.isfinite(mono).all():
        what = "NaN or infinite samples" if len(mono) else "no samples"
        raise DatasetError(f"{path} has {what}", hint="record it again, or drop it")
    if rate_hz != sample_rate_hz:
        mono = soxr.resample(mono, rate_hz, sample_rate_hz, quality="HQ")
    return to_pcm(mono)


def to_pcm(signal: NDArray[np.float64]) -> NDArray[np.int16]:
    """A signal in [-1, 1) as int16, rounded; what is louder is clipped."""
    scaled = np.rint(signal * FULL_SCALE)
    pcm: NDArray[np.int16] = np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return pcm
