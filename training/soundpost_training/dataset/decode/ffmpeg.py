"""Decodes with ffmpeg what libsndfile does not read, such as m4a, mp4, opus and wma."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from soundpost_training.errors import DatasetError

PROGRAM = "ffmpeg"

TIMEOUT_SECONDS = 600
"""Decoding a file takes seconds; a process that hangs is ended after this time."""

ARGUMENTS = ("-nostdin", "-v", "error", "-protocol_whitelist", "file", "-i")
"""Options of the input: a playlist among the recordings must not open network addresses."""

OUTPUT = ("-map", "0:a:0", "-f", "wav", "-rf64", "auto", "-c:a", "pcm_f32le")
"""The first audio stream at its own rate and channels; RF64 where WAV would exceed 4 GiB.

Not W64: libsndfile 1.2.2 takes the float samples of ffmpeg's W64 for integers.
"""


def is_installed() -> bool:
    """Returns whether ffmpeg is on PATH."""
    return shutil.which(PROGRAM) is not None


def decode(path: Path, libsndfile_error: str) -> tuple[NDArray[np.float64], int]:
    """Returns the samples of a file, float64[n, channels], and their rate in Hz.

    Args:
        path: The file.
        libsndfile_error: The reason why libsndfile does not read the file, for the error.

    Raises:
        DatasetError: ffmpeg is not installed, or cannot read the file either.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise DatasetError(
            f"{path} cannot be read as audio: {libsndfile_error}",
            hint=f"install {PROGRAM}, which reads more formats, or convert the file, or remove it",
        )
    with tempfile.TemporaryDirectory(prefix="soundpost-") as folder:
        decoded = Path(folder) / "decoded.wav"
        command = [program, *ARGUMENTS, f"file:{path.absolute()}", *OUTPUT, str(decoded)]
        try:
            subprocess.run(  # noqa: S603 - a fixed program, and the path is one argument
                command, check=True, capture_output=True, timeout=TIMEOUT_SECONDS
            )
            samples, rate_hz = soundfile.read(decoded, dtype="float64", always_2d=True)
        except (subprocess.SubprocessError, soundfile.LibsndfileError, OSError) as error:
            raise DatasetError(
                f"{path} cannot be read as audio: {libsndfile_error} {PROGRAM}: {_reason(error)}",
                hint="convert the file to WAV or FLAC, or remove it",
            ) from error
    return samples, rate_hz


def _reason(error: Exception) -> str:
    """Returns the last line of the program's standard error, or else the error itself."""
    stderr = getattr(error, "stderr", None) or b""
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else str(error)
