"""Recordings for a booted Debian: the synthetic sounds of the demonstration, no data set."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import soundfile

from scene import EVENTS, write_scene


def write_recording(path: Path, seconds: float = 0.0, without: Collection[str] = ()) -> None:
    """Writes the sounds of the demonstration, repeated until it is as long as requested.

    Args:
        path: A WAV file, 16 bit at 16 kHz.
        seconds: Its least length; the sounds last 43 s.
        without: The names of sounds that are left out.
    """
    write_scene(path, [part for part in EVENTS if part.name not in without])
    signal, rate_hz = soundfile.read(path, dtype="int16")
    times = max(1, int(np.ceil(seconds * rate_hz / len(signal))))
    soundfile.write(path, np.tile(signal, times), rate_hz, subtype="PCM_16")
