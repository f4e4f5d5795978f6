"""Reads a recording at the rate and in the form in which the daemon gets its samples."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE
from soundpost.audio.resample import MonoResampler
from soundpost.recording import RecordingError, UnreadableError, open_recording
from soundpost.system.printable import printable
from soundpost_training.errors import DatasetError

LONGEST_SECONDS = 2 * 3600.0
"""A longer recording is refused: two hours as a signal take 1.4 GB, and a damaged or sparse file
may have any length."""

Signal = NDArray[np.float64]


class Decoded(NamedTuple):
    """A decoded recording.

    Attributes:
        signal: float64[n] in [-1, 1].
        warning: The damage that was repaired or read over, with the file's name; empty for none.
    """

    signal: Signal
    warning: str


def read_pcm(path: Path, sample_rate_hz: int) -> NDArray[np.int16]:
    """Returns a recording as mono PCM, int16[n], at the given rate, as the daemon reads it.

    A recording that is mono and 16 bit at that rate already is not changed by a single bit.

    Raises:
        DatasetError: The recording cannot be read, is empty, or has NaN or infinite samples.
    """
    return to_pcm(read_signal(path, sample_rate_hz))


def read_signal(path: Path, sample_rate_hz: int) -> Signal:
    """Returns a recording as a mono signal, float64[n] in [-1, 1], at the given rate.

    Of several channels those that carry the sound are averaged, as on the device.

    Raises:
        DatasetError: The recording cannot be read, is empty, or has NaN or infinite samples.
    """
    return decode(path, sample_rate_hz).signal


def decode(path: Path, sample_rate_hz: int) -> Decoded:
    """Returns a recording as a mono signal at the given rate, and what is wrong with it.

    The daemon's reader decodes it and the daemon's resampler converts it, so that training and the
    device have the same samples.

    Raises:
        DatasetError: The recording cannot be read, is empty or too long, or has NaN or infinite
            samples.
    """
    pieces: list[NDArray[np.float32]] = []
    remaining_samples = LONGEST_SECONDS * sample_rate_hz
    try:
        with open_recording(path, allow_pipes=False) as recording:
            resampler = MonoResampler(recording.rate_hz, sample_rate_hz)
            for block in recording.blocks():
                pieces.append(resampler.mix(block))
                remaining_samples -= len(pieces[-1])
                if remaining_samples < 0:
                    raise DatasetError(
                        f"{printable(str(path))} is longer than {LONGEST_SECONDS / 3600:g} h",
                        hint="cut it into shorter recordings",
                    )
            pieces.append(resampler.mix_rest())
            warning = recording.warning
    except UnreadableError as error:
        raise DatasetError(
            f"{printable(str(path))} cannot be read as audio: it {error.problem}", hint=error.hint
        ) from error
    except RecordingError as error:
        raise DatasetError(str(error), hint=error.hint) from error
    signal = np.concatenate(pieces).astype(np.float64)
    return Decoded(signal, f"{printable(str(path))}: {warning}" if warning else "")


def to_pcm(signal: Signal) -> NDArray[np.int16]:
    """Returns a signal in [-1, 1) as int16, rounded; louder samples are clipped."""
    scaled = np.rint(signal * FULL_SCALE)
    pcm: NDArray[np.int16] = np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return pcm
