"""The scene of the demonstration: sounds, speech and music, with pauses, written as a WAV file."""

import wave
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from music import band
from sounds import RATE_HZ, Signal, breaking_glass, crow, quiet, siren, smoke_alarm, vehicle_horn
from speech import speech

SOUND_SECONDS = 5.0
PAUSE_SECONDS = 2.5
BACKGROUND_DBFS = -66.0
SEED = 2026


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the scene.

    Attributes:
        name: Its name on the screen.
        labels: The labels that are right for it.
        make: The synthesis function.
        level_dbfs: The RMS level.
        seconds: The length.
        is_event: True for a sound that must be detected; False for speech and music, which the
            bundle has labels for, so that no other label is detected over them, and which are off.
    """

    name: str
    labels: tuple[str, ...]
    make: Callable[[float, np.random.Generator], Signal]
    level_dbfs: float
    seconds: float = SOUND_SECONDS
    is_event: bool = True


def _wail(seconds: float, rng: np.random.Generator) -> Signal:
    """A siren from the middle of its range: a rise from its lowest tone resembles a cat."""
    return siren(seconds + 1.0, rng)[RATE_HZ:]


EVENTS = (
    Part("siren", ("siren",), _wail, -22.0),
    Part("breaking glass", ("glass_breaking",), breaking_glass, -24.0),
    Part("vehicle horn", ("vehicle_horn",), vehicle_horn, -22.0),
    Part("crow", ("crow",), crow, -24.0),
    Part("smoke alarm", ("smoke_alarm", "alarm"), smoke_alarm, -24.0, seconds=8.0),
)
SPEECH = Part("speech", ("speech",), speech, -24.0, seconds=9.5, is_event=False)
MUSIC = Part("music", ("music",), band, -22.0, seconds=8.0, is_event=False)
PARTS = (*EVENTS[:2], SPEECH, *EVENTS[2:4], MUSIC, *EVENTS[4:])


@dataclass(frozen=True, slots=True)
class PlayedPart:
    """A part, its start and its end in seconds."""

    part: Part
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Scene:
    """A written scene: the file, its length and its parts in order."""

    path: Path
    seconds: float
    played: tuple[PlayedPart, ...]


def write_scene(path: Path, parts: Iterable[Part] = PARTS) -> Scene:
    """Writes a scene, always the same: each part after a pause, over a quiet background."""
    rng = np.random.default_rng(SEED)
    pause = np.zeros(round(PAUSE_SECONDS * RATE_HZ))
    pieces, played, start = [pause], [], PAUSE_SECONDS
    for part in parts:
        pieces += [_at_level(part.make(part.seconds, rng), part.level_dbfs), pause]
        played.append(PlayedPart(part, start, start + part.seconds))
        start += part.seconds + PAUSE_SECONDS
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
