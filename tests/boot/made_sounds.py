"""Recordings for a booted Debian, of the demonstration's synthetic sounds: no data set needed."""

from pathlib import Path

import numpy as np
import soundfile

from scene import write_scene


def write_recording(path: Path, seconds: float = 0.0) -> None:
    """Writes the demonstration's scene, repeated until it is as long as requested.

    Args:
        path: A WAV file, 16 bit at 16 kHz.
        seconds: Its least length; one scene lasts 47.5 s.
    """
    scene = write_scene(path)
    signal, rate_hz = soundfile.read(path, dtype="int16")
    times = max(1, int(np.ceil(seconds / scene.seconds)))
    soundfile.write(path, np.tile(signal, times), rate_hz, subtype="PCM_16")
