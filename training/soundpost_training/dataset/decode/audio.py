"""Reads a recording at the rate and in the form in which the daemon gets its samples."""

from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE
from soundpost.audio.channels import to_mono
from soundpost_training.dataset.decode.ffmpeg import decode
from soundpost_training.errors import DatasetError

Signal = NDArray[np.float64]


def read_pcm(path: Path, sample_rate_hz: int) -> NDArray[np.int16]:
    """Returns a recording as mono PCM, int16[n], at the given rate.

    A recording that is mono and 16 bit at that rate already is not changed by a single bit.

    Raises:
        DatasetError: The recording cannot be read, is empty, or has NaN or infinite samples.
    """
    return to_pcm(read_signal(path, sample_rate_hz))


def read_signal(path: Path, sample_rate_hz: int) -> Signal:
    """Returns a recording as a mono signal, float64[n] in [-1, 1), at the given rate.

    Of several channels those that carry the sound are averaged, as on the device.

    libsndfile reads the file, or else the program ffmpeg where it is installed.

    Raises:
        DatasetError: The recording cannot be read, is empty, or has NaN or infinite samples.
    """
    try:
        samples, rate_hz = soundfile.read(path, dtype="float64", always_2d=True)
    except soundfile.LibsndfileError as error:
        samples, rate_hz = decode(path, str(error))
    except OSError as error:
        raise DatasetError(
            f"{path} cannot be read as audio: {error}", hint="repair the file, or remove it"
        ) from error
    if not len(samples) or not np.isfinite(samples).all():
        what = "NaN or infinite samples" if len(samples) else "no samples"
        raise DatasetError(f"{path} has {what}", hint="record it again, or remove it")
    mono: Signal = to_mono(samples, rate_hz).astype(np.float64, copy=False)
    if rate_hz != sample_rate_hz:
        mono = soxr.resample(mono, rate_hz, sample_rate_hz, quality="HQ")
    return mono


def to_pcm(signal: Signal) -> NDArray[np.int16]:
    """Returns a signal in [-1, 1) as int16, rounded; louder samples are clipped."""
    scaled = np.rint(signal * FULL_SCALE)
    pcm: NDArray[np.int16] = np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return pcm
