"""Clips of made doorbells, other sounds and background, as files."""

from pathlib import Path

import numpy as np
import soundfile

from soundpost.audio import Pcm

RATE_HZ = 16_000


def doorbell(seed: int, seconds: float = 2.5) -> Pcm:
    """Returns two falling tones that die away, in quiet noise; each seed is another occasion."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sound = rng.normal(0.0, rng.uniform(20.0, 60.0), len(time))
    begin = rng.uniform(0.3, 0.6)
    for pitch_hz, at in ((660.0, begin), (524.0, begin + 0.5)):
        since = np.maximum(time - at, 0.0)
        ring = np.exp(-since * rng.uniform(3.0, 4.0)) * (time >= at)
        pitch = pitch_hz * rng.uniform(0.99, 1.01)
        harmonics = np.sin(2 * np.pi * pitch * since) + 0.5 * np.sin(4 * np.pi * pitch * since)
        sound += rng.uniform(2_000.0, 6_000.0) * ring * harmonics
    return np.clip(sound, -32_768, 32_767).astype(np.int16)


def other_sound(seed: int, seconds: float = 3.0) -> Pcm:
    """Returns bursts of noise of any colour, or a hum."""
    rng = np.random.default_rng(seed)
    count = round(seconds * RATE_HZ)
    if seed % 2:
        hum = np.sin(2 * np.pi * rng.uniform(80.0, 160.0) * np.arange(count) / RATE_HZ)
        return (4_000 * hum + rng.normal(0.0, 50.0, count)).astype(np.int16)
    bursts = np.repeat(rng.uniform(0.0, 4_000.0, -(-count // 4_000)), 4_000)[:count]
    return np.clip(rng.normal(0.0, 1.0, count) * bursts, -32_768, 32_767).astype(np.int16)


def quiet_background(seconds: float, seed: int = 0) -> Pcm:
    """Returns faint noise whose level drifts."""
    rng = np.random.default_rng(seed)
    count = round(seconds * RATE_HZ)
    levels = np.repeat(rng.uniform(20.0, 200.0, -(-count // RATE_HZ)), RATE_HZ)[:count]
    return (rng.normal(0.0, 1.0, count) * levels).astype(np.int16)


def write_clips(folder: Path, clips: list[Pcm]) -> list[Path]:
    """Writes clips as WAV files, by number."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:02}.wav" for number in range(len(clips))]
    for path, samples in zip(paths, clips, strict=True):
        soundfile.write(path, samples, RATE_HZ, subtype="PCM_16")
    return paths
