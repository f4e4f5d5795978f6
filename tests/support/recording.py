"""Recordings with known contents: clips of the held-out fold over a quiet background."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 16_000
PAUSE_SECONDS = 3.0
BACKGROUND = 10 ** (-70 / 20)

# Fold 5 of ESC-50, which the bundle did not train on; sounds that start at once, without pauses.
CLIPS: tuple[tuple[str, str], ...] = (
    ("dog", "5-231762-A-0.flac"),
    ("siren", "5-160551-A-42.flac"),
    ("crow", "5-213836-B-9.flac"),
    ("vehicle_horn", "5-179866-A-43.flac"),
    ("chainsaw", "5-185579-A-41.flac"),
    ("cat", "5-214759-B-5.flac"),
)


@dataclass(frozen=True)
class PlacedClip:
    """A clip in the recording: its label, and the audible part's start and end."""

    label: str
    onset_seconds: float
    offset_seconds: float


def write_recording(path: Path, shared_data: Path, clips: int = len(CLIPS)) -> list[PlacedClip]:
    """Writes a recording of the first clips; returns its contents, in order."""
    rng = np.random.default_rng(5)
    pause = np.zeros(round(PAUSE_SECONDS * RATE_HZ))
    pieces, placed, start = [pause], [], PAUSE_SECONDS
    for label, name in CLIPS[:clips]:
        clip, rate_hz = soundfile.read(shared_data / "esc50" / "audio" / name)
        assert rate_hz == RATE_HZ
        audible = np.flatnonzero(_envelope(clip) > 0.1 * _envelope(clip).max())
        first, last = audible[0] / RATE_HZ, (audible[-1] + 1) / RATE_HZ
        placed.append(PlacedClip(label, start + first, start + last))
        pieces += [clip, pause]
        start += len(clip) / RATE_HZ + PAUSE_SECONDS
    signal = np.concatenate(pieces)
    write(path, signal + rng.normal(0.0, BACKGROUND, len(signal)))
    return placed


def write_quiet(path: Path, seconds: float) -> None:
    """Writes a recording without events: a microphone's noise, then digital silence."""
    samples = round(seconds * RATE_HZ)
    noise = np.random.default_rng(6).normal(0.0, BACKGROUND, samples)
    noise[samples // 2 :] = 0.0
    write(path, noise)


def write_tones(path: Path, seconds: float = 12.0) -> None:
    """Writes alternating tones and noise, in which the tiny model detects many events."""
    rng = np.random.default_rng(1)
    turn = np.arange(round(seconds * RATE_HZ)) // (RATE_HZ // 3)
    turns = turn.max() + 1
    amplitude = rng.choice([0.0001, 0.1, 0.4], size=turns)[turn]
    tone = np.sin(2 * np.pi * np.cumsum(rng.uniform(200, 6000, turns)[turn]) / RATE_HZ)
    noise = rng.choice([0, 1], turns)[turn], rng.normal(0, 0.3, len(turn))
    write(path, amplitude * (tone * noise[0] + noise[1]))


def write(path: Path, signal: np.ndarray) -> None:
    """Writes a signal in [-1, 1] as 16-bit PCM."""
    soundfile.write(path, np.clip(signal, -1.0, 1.0 - 2**-15), RATE_HZ, subtype="PCM_16")


def _envelope(clip: np.ndarray) -> np.ndarray:
    """Computes the clip's RMS in 20 ms around each sample."""
    width = RATE_HZ // 50
    return np.sqrt(np.convolve(clip**2, np.ones(width) / width, "same"))
