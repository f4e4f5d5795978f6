"""The scene of the demonstration: six sounds with pauses, written as a WAV file."""

import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sounds import (
    RATE_HZ,
    Signal,
    church_bells,
    clock_alarm,
    creaking_door,
    crickets,
    quiet,
    rain,
    siren,
)

SOUND_SECONDS = 5.0
PAUSE_SECONDS = 2.5
BACKGROUND_DBFS = -66.0
SEED = 2026


@dataclass(frozen=True, slots=True)
class Part:
    """A sound of the scene: the expected label, the synthesis function, the RMS level."""

    label: str
    make: Callable[[float, np.random.Generator], Signal]
    level_dbfs: float


PARTS = (
    Part("siren", siren, -20.0),
    Part("door_wood_creaks", creaking_door, -24.0),
    Part("crickets", crickets, -28.0),
    Part("church_bells", church_bells, -20.0),
    Part("rain", rain, -30.0),
    Part("clock_alarm", clock_alarm, -22.0),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A written scene: the file, and for each sound its label, start and end in seconds."""

    path: Path
    seconds: float
    played: tuple[tuple[str, float, float], ...]


def write_scene(path: Path) -> Scene:
    """Writes the scene, always the same: each sound after a pause, over a quiet background."""
    rng = np.random.default_rng(SEED)
    pieces, played, start = [np.zeros(round(PAUSE_SECONDS * RATE_HZ))], [], PAUSE_SECONDS
    for part in PARTS:
        sound = part.make(SOUND_SECONDS, rng)
        pieces += [_at_level(sound, part.level_dbfs), np.zeros(round(PAUSE_SECONDS * RATE_HZ))]
        played.append((part.label, start, start + SOUND_SECONDS))
        start += SOUND_SECONDS + PAUSE_SECONDS
    signal = np.concatenate(pieces)
    signal += _at_level(quiet(len(signal) / RATE_HZ, rng)[: len(signal)], BACKGROUND_DBFS)
    samples = np.rint(np.clip(signal, -1.0, 1.0) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    return Scene(path, len(signal) / RATE_HZ, tuple(played))


def _at_level(signal: Signal, level_dbfs: float) -> Signal:
    """Returns the signal with fades of 10 ms at both ends, scaled to an RMS level."""
    fade = np.minimum(1.0, np.arange(len(signal)) / (0.01 * RATE_HZ))
    faded = signal * fade * fade[::-1]
    scaled: Signal = faded * 10 ** (level_dbfs / 20) / np.sqrt(np.mean(faded**2))
    return scaled
