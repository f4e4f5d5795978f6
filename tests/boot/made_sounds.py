"""Recordings for a booted Debian: the synthetic sounds of the demonstration, no data set."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import soundfile

from scene import write_scene


def write_recording(path: Path, seconds: float = 0.0, without: Collection[str] = ()) -> None:
    """Writes the demonstration's scene, repeated until it is as long as requested.

    Args:
        path: A WAV file, 16 bit at 16 kHz.
        seconds: Its least length; one scene lasts 47.5 s.
        without: Labels of sounds that are cut out.
    """
    scene = write_scene(path)
    signal, rate_hz = soundfile.read(path, dtype="int16")
    kept = np.ones(len(signal), bool)
    for label, start_seconds, end_seconds in scene.played:
        if label in without:
            kept[round(start_seconds * rate_hz) : round(end_seconds * rate_hz)] = False
    signal = signal[kept]
    times = max(1, int(np.ceil(seconds * rate_hz / len(signal))))
    soundfile.write(path, np.tile(signal, times), rate_hz, subtype="PCM_16")
