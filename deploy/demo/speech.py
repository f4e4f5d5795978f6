"""Speech of the demonstration, by the synthesiser espeak-ng."""

import shutil
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np
import soxr

from sounds import RATE_HZ, Signal

VOICE = "en-us+f2"
WORDS_PER_MINUTE = "160"
SENTENCES = (
    "Good morning, and welcome to the demonstration. "
    "These words are speech, and no sound may be reported while they last. "
    "The weather tomorrow will be mild."
)


def speech(seconds: float, _rng: np.random.Generator) -> Signal:
    """A voice that speaks three sentences, which take nine seconds."""
    program = shutil.which("espeak-ng")
    if program is None:
        sys.exit("no espeak-ng found: apt install espeak-ng, or choose another sound with SOURCE=…")
    with tempfile.TemporaryDirectory(prefix="soundpost-demo-") as folder:
        path = Path(folder) / "speech.wav"
        subprocess.run(  # noqa: S603 - a fixed program
            [program, "-v", VOICE, "-s", WORDS_PER_MINUTE, "-w", path, SENTENCES], check=True
        )
        with wave.open(str(path)) as file:
            rate_hz = file.getframerate()
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    spoken = soxr.resample(samples.astype(np.float64), rate_hz, RATE_HZ)
    signal = np.zeros(round(seconds * RATE_HZ))
    signal[: len(spoken)] = spoken[: len(signal)]
    return signal
