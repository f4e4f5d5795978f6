"""Sounds of installed programs: found, run with a time limit, and read at 16 kHz."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from soundpost_training.errors import TrainingError
from soundpost_training.synthesis.signals import RATE_HZ, Samples, at_peak

TIMEOUT_SECONDS = 60.0
"""A sentence or ten seconds of music takes 0.1 to 2 s, on a busy machine ten times that."""

FAINTEST = 1e-4
"""A peak below, -80 dBFS, is the dither of a program that lacks its voice or sound font."""


class RenderError(TrainingError):
    """One sound cannot be rendered; others may."""


def find_program(name: str) -> str | None:
    """Returns the path of a program, or None if it is not installed."""
    return shutil.which(name)


def render(command: Callable[[Path], list[str]], stdin: bytes = b"") -> Samples:
    """Runs a program that writes a WAV file, and returns it as mono at 16 kHz, float32[n].

    Args:
        command: Returns the arguments for the path of the file.
        stdin: The standard input of the program.

    Raises:
        RenderError: The program fails, exceeds the time limit or writes no sound.
    """
    with tempfile.TemporaryDirectory(prefix="soundpost-") as folder:
        path = Path(folder) / "sound.wav"
        arguments = command(path)
        try:
            subprocess.run(  # noqa: S603 - a program found on PATH, with arguments of our own
                arguments, input=stdin, capture_output=True, check=True, timeout=TIMEOUT_SECONDS
            )
            samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        except subprocess.CalledProcessError as error:
            last_line = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise _failure(arguments, f"status {error.returncode}: {''.join(last_line)}") from error
        except subprocess.TimeoutExpired as error:
            raise _failure(arguments, f"more than {TIMEOUT_SECONDS:.0f} s") from error
        except (OSError, soundfile.LibsndfileError) as error:
            raise _failure(arguments, str(error)) from error
    if np.abs(samples).max(initial=0.0) < FAINTEST:
        raise _failure(arguments, "no sound")
    shared = gcd(rate, RATE_HZ)
    return at_peak(resample_poly(samples.mean(axis=1), RATE_HZ // shared, rate // shared))


def _failure(arguments: list[str], reason: str) -> RenderError:
    return RenderError(
        f"{Path(arguments[0]).name} cannot render a sound: expected a WAV file, got {reason}",
        hint=f"run it: {' '.join(arguments)}",
    )
