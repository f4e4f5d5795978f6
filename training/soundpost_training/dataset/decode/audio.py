"""Reading a recording as the daemon would hear it."""

from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE
from soundpost_training.dataset.decode.ffmpeg import decode
from soundpost_training.errors import DatasetError

Signal = NDArray[np.float64]


def read_pcm(path: Path, sample_rate_hz: int) -> NDArray[np.int16]:
    """The recording as mono PCM, int16[n], at the given rate.

    A recording that is mono at that rate already, in 16 bits, comes through bit by bit.

    Raises:
        DatasetError: It cannot be read, is empty, or holds numbers that are no sound.
    """
    return to_pcm(read_signal(path, sample_rate_hz))


def read_signal(path: Path, sample_rate_hz: int) -> Signal:
    """The recording as a mono signal, float64[n] in [-1, 1), at the given rate.

    libsndfile reads it, or else the program ffmpeg where it is installed.

    Raises:
        DatasetError: It cannot be read, is empty, or holds numbers that are no sound.
    """
    try:
        samples, rate_hz = soundfile.read(path, dtype="float64", always_2d=True)
    except soundfile.LibsndfileError as error:
        samples, rate_hz = decode(path, str(error))
    except OSError as error:
        raise DatasetError(
            f"{path} cannot be read as audio: {error}", hint="mend the file, or drop it"
        ) from error
    mono: Signal = samples.mean(axis=1)
    if not len(mono) or not np.isfinite(mono).all():
        what = "NaN or infinite samples" if len(mono) else "no samples"
        raise DatasetError(f"{path} has {what}", hint="record it again, or drop it")
    if rate_hz != sample_rate_hz:
        mono = soxr.resample(mono, rate_hz, sample_rate_hz, quality="HQ")
    return mono


def to_pcm(signal: Signal) -> NDArray[np.int16]:
    """A signal in [-1, 1) as int16, rounded; what is louder is clipped."""
    scaled = np.rint(signal * FULL_SCALE)
    pcm: NDArray[np.int16] = np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return pcm
