"""Made sound for acoustic figures, and the figures of a recording."""

import numpy as np

from soundpost.acoustics.figures import MinuteFigures
from soundpost.acoustics.meter import MinuteMeter
from soundpost.acoustics.minutes import RecordingMinutes
from soundpost.audio import Chunk


def figures_of(samples: np.ndarray, rate_hz: int) -> list[MinuteFigures]:
    """Returns the figures of a recording."""
    meter = MinuteMeter(rate_hz, RecordingMinutes(rate_hz))
    return [*meter.process(Chunk(0, samples, 0)), *meter.finish()]


def made(kind: str, rate_hz: int, seconds: float) -> np.ndarray:
    """Returns a made sound: noise, chirps over noise, or falling noise bursts."""
    rng = np.random.default_rng(23)
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    hiss = rng.normal(scale=0.01, size=len(at))
    if kind == "chirps":
        hiss += 0.2 * np.sin(2 * np.pi * (2_500 + 1_500 * (at % 1.0)) * at) * (at % 1.0 < 0.3)
    if kind == "bursts":
        hiss *= 30.0 * np.exp(-8.0 * (at % 0.7))
    return np.round(32_767 * np.clip(hiss, -1, 1)).astype(np.int16)
