"""What libsndfile cannot read, the program ffmpeg may: phones' m4a, cameras' mp4, opus, wma."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from soundpost_training.errors import DatasetError

PROGRAM = "ffmpeg"

LONGEST_SECONDS = 600
"""Of decoding one file, which takes seconds: whoever hangs is ended."""

ARGUMENTS = ("-nostdin", "-v", "error", "-protocol_whitelist", "file", "-i")
"""Of the input. A playlist among the recordings is never followed into the network."""

OUTPUT = ("-map", "0:a:0", "-f", "w64", "-c:a", "pcm_f32le")
"""The first stream of sound at its own rate and channels; W64, for a WAV ends at 4 GiB."""


def is_installed() -> bool:
    """Whether there is such a program on PATH."""
    return shutil.which(PROGRAM) is not None


def decode(path: Path, refusal: str) -> tuple[NDArray[np.float64], int]:
    """The samples of a file, float64[n, channels], and their rate in Hz.

    Args:
        path: The file.
        refusal: What libsndfile says of it, for the error.

    Raises:
        DatasetError: The program is not there, or cannot read the file either.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise DatasetError(
            f"{path} cannot be read as audio: {refusal}",
            hint=f"install {PROGRAM}, which reads more formats, or convert it, or drop it",
        )
    with tempfile.TemporaryDirectory(prefix="soundpost-") as folder:
        decoded = Path(folder) / "decoded.w64"
        command = [program, *ARGUMENTS, f"file:{path.absolute()}", *OUTPUT, str(decoded)]
        try:
            subprocess.run(  # noqa: S603 - a fixed program, and the path is one argument
                command, check=True, capture_output=True, timeout=LONGEST_SECONDS
            )
            samples, rate_hz = soundfile.read(decoded, dtype="float64", always_2d=True)
        except (subprocess.SubprocessError, soundfile.LibsndfileError, OSError) as error:
            raise DatasetError(
                f"{path} cannot be read as audio: {refusal} {PROGRAM}: {_told(error)}",
                hint="convert it to WAV or FLAC, or drop it",
            ) from error
    return samples, rate_hz


def _told(error: Exception) -> str:
    """The last line that the program wrote, or what else went wrong."""
    written = getattr(error, "stderr", None) or b""
    lines = written.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else str(error)
