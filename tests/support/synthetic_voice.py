"""A sentence by a synthetic voice (espeak-ng), of which no word may leave a node."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

RATE_HZ = 16_000
SENTENCE = "The second key is under the flower pot, and the number is five five seven."


def speak(folder: Path, voice: str = "en") -> NDArray[np.float64]:
    """Returns the sentence at 16 kHz, from -1 to 1; skips the test where no voice is installed.

    Args:
        folder: Takes its file.
        voice: A voice of espeak-ng.
    """
    if not shutil.which("espeak-ng"):
        reason = "espeak-ng is not installed: deploy/apt-packages.sh speech"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    path = folder / "sentence.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-s", "160", "-w", path, SENTENCE], check=True)
    sound, rate_hz = soundfile.read(path)
    return np.asarray(soxr.resample(sound, rate_hz, RATE_HZ), np.float64)
