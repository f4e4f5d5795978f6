"""Decodes a recording of a source at the network's rate; measures its own rate and length."""

import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray

from soundpost.recording import RecordingError, open_recording
from soundpost.recording.decoders.ffmpeg_process import PROGRAM
from soundpost.system.printable import printable
from soundpost_training.dataset.decode.audio import read_pcm
from soundpost_training.errors import DatasetError
from soundpost_training.sources.recording import SourceRecording

RATE_HZ = 16_000
"""The rate of the network that the sources are for; narrower recordings are left out."""

G722 = ".g722"
"""G.722 has no header, so its recordings are found by their suffix."""

G722_BYTES_PER_SECOND = 8_000
"""64 kbit/s at 16 kHz, the mode that Asterisk's prompts are in (ITU-T G.722, mode 1)."""

DECODE_SECONDS = 60.0
"""ffmpeg decodes an hour of G.722 in two seconds; a hung process is ended."""


class Extent(NamedTuple):
    """The sample rate and the duration of a recording."""

    rate_hz: int
    seconds: float


def read_recording(recording: SourceRecording) -> NDArray[np.int16]:
    """Returns the sound of a recording, int16[n] at 16 kHz, mono, as the daemon reads it.

    Raises:
        DatasetError: It cannot be read, is empty, or has NaN or infinite samples.
    """
    path = recording.path
    return _read_g722(path) if path.suffix.lower() == G722 else read_pcm(path, RATE_HZ)


def measure(path: Path) -> Extent:
    """Returns the rate and the duration of a recording, by its header where it states both.

    Raises:
        DatasetError: It cannot be read as audio, or has no sound.
    """
    if path.suffix.lower() == G722 and path.is_file():
        extent = Extent(RATE_HZ, path.stat().st_size / G722_BYTES_PER_SECOND)
    else:
        extent = _measure_header(path) or _measure_sound(path)
    if not extent.seconds:
        raise DatasetError(f"{printable(str(path))} has no samples", hint="copy it again")
    return extent


def _measure_header(path: Path) -> Extent | None:
    """Returns what libsndfile reads, or None for a file that it cannot read."""
    try:
        header = soundfile.info(str(path))
    except (soundfile.SoundFileError, OSError):
        return None
    return Extent(header.samplerate, header.frames / header.samplerate)


def _measure_sound(path: Path) -> Extent:
    """Returns the rate and duration of a file that is decoded to its end."""
    try:
        with open_recording(path, allow_pipes=False) as recording:
            frames = sum(len(block) for block in recording.blocks())
            return Extent(recording.rate_hz, frames / recording.rate_hz)
    except RecordingError as error:
        raise DatasetError(str(error), hint=error.hint) from error


def _read_g722(path: Path) -> NDArray[np.int16]:
    name = printable(str(path))
    hint = "install ffmpeg, which decodes G.722; copy the file again if it is damaged"
    options = ("-nostdin", "-v", "error", "-f", "g722", "-i", f"file:{path}", "-f", "s16le", "-")
    try:
        run = subprocess.run(  # noqa: S603 - a fixed program; the path is one argument
            [PROGRAM, *options], capture_output=True, check=True, timeout=DECODE_SECONDS
        )
    except FileNotFoundError as error:
        raise DatasetError(f"{name} is G.722, and {PROGRAM} is not installed", hint=hint) from error
    except (subprocess.SubprocessError, OSError) as error:
        reason = getattr(error, "stderr", None) or str(error).encode()
        text = printable(reason.decode(errors="replace").strip())
        raise DatasetError(f"{name} cannot be decoded as G.722: {text}", hint=hint) from error
    pcm = np.frombuffer(run.stdout, "<i2").astype(np.int16)
    if not len(pcm):
        raise DatasetError(f"{name} has no samples", hint=hint)
    return pcm
