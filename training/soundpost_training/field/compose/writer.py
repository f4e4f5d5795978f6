"""Writes recordings of a composed field folder: sounds over ambience, negatives in a row."""

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm
from soundpost_training.dataset.decode.audio import to_pcm
from soundpost_training.field.compose.made_noise import pink_noise
from soundpost_training.soundscape.compose.active_region import find_active_regions

Signal = NDArray[np.float64]

BEFORE_SECONDS = (4.0, 7.0)
"""Ambience before a sound: two windows of 2 s at least, and no fixed phase of the windows."""
AFTER_SECONDS = 4.0
"""Ambience after a sound: its event must end there."""

AMBIENCE_BELOW_DB = 25.0
"""Level of the ambience below the active part of the sound: quiet, as behind a house."""
LOUDEST_AMBIENCE_DBFS = -45.0

PAUSE_SECONDS = 3.0
"""Between two negatives, so that each can start an event of its own."""
FLOOR_DBFS = -70.0
"""Pink noise below all negatives: no microphone is digitally silent."""

FLOOR_SAMPLES = 2**19
"""33 s at 16 kHz, then repeated: its Fourier transform is fast, that of any length may not be."""

EDGE_SECONDS = 0.01
"""Fade at both ends of a clip, so that the cut does not click."""

LOUDEST_PEAK = 0.95


def event_recording(
    rng: np.random.Generator, clip: Pcm, ambience: Pcm, rate_hz: int, *, whole: bool
) -> tuple[Pcm, tuple[float, float]] | None:
    """Returns a clip within real ambience, and the onset and offset of its sound in seconds.

    Args:
        rng: Draws the time before the clip and the part of the ambience.
        clip: int16[n], the sound.
        ambience: int16[m]; it is repeated where it is too short.
        rate_hz: Sample rate of both.
        whole: Whether the sound lasts the whole clip. Otherwise it lasts from the first active
            moment to the last one.

    Returns:
        None for a clip of digital silence.
    """
    regions = find_active_regions(clip, rate_hz)
    if not regions:
        return None
    onset, offset = (
        (0, len(clip)) if whole else (regions[0].onset_sample, regions[-1].offset_sample)
    )
    before = round(rng.uniform(*BEFORE_SECONDS) * rate_hz)
    sound = _faded(clip.astype(np.float64) / FULL_SCALE, rate_hz)
    total = before + len(sound) + round(AFTER_SECONDS * rate_hz)
    first = int(rng.integers(len(ambience)))
    background = np.take(ambience, np.arange(first, first + total), mode="wrap") / FULL_SCALE
    below = 10.0 ** (-AMBIENCE_BELOW_DB / 20.0) * _rms(sound[onset:offset])
    level = min(below, 10.0 ** (LOUDEST_AMBIENCE_DBFS / 20.0))
    mixed = background * (level / max(_rms(background), 1e-9))
    mixed[before : before + len(sound)] += sound
    span = ((before + onset) / rate_hz, (before + offset) / rate_hz)
    return to_pcm(_without_clipping(mixed)), span


def negative_recording(rng: np.random.Generator, clips: Iterable[Pcm], rate_hz: int) -> Pcm:
    """Returns clips in a row with pauses, over a faint noise floor.

    Args:
        rng: Draws the noise.
        clips: int16[n] each.
        rate_hz: Their sample rate.
    """
    pause = np.zeros(round(PAUSE_SECONDS * rate_hz))
    parts = [pause]
    for clip in clips:
        parts += [_faded(clip.astype(np.float64) / FULL_SCALE, rate_hz), pause]
    joined: Signal = np.concatenate(parts)
    floor = 10.0 ** (FLOOR_DBFS / 20.0) * pink_noise(rng, FLOOR_SAMPLES)
    return to_pcm(_without_clipping(joined + np.resize(floor, len(joined))))


def write_flac(path: Path, pcm: Pcm, rate_hz: int) -> None:
    """Writes a recording; encoded in memory, since libsndfile does not report a full disk."""
    flac = io.BytesIO()
    soundfile.write(flac, pcm, rate_hz, format="FLAC", subtype="PCM_16")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(flac.getbuffer())


def _faded(signal: Signal, rate_hz: int) -> Signal:
    fade = round(EDGE_SECONDS * rate_hz)
    positions = np.arange(len(signal))
    from_edge = np.minimum(positions, positions[::-1]) + 1
    faded: Signal = signal * np.minimum(from_edge / fade, 1.0)
    return faded


def _rms(signal: Signal) -> float:
    return float(np.sqrt(np.mean(signal**2))) if len(signal) else 0.0


def _without_clipping(signal: Signal) -> Signal:
    peak = float(np.abs(signal).max(initial=0.0))
    return signal * (LOUDEST_PEAK / peak) if peak > LOUDEST_PEAK else signal
