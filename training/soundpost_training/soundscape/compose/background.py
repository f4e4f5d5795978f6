"""The background: recordings of what goes on for hours, joined without an end."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm
from soundpost_training.errors import DatasetError
from soundpost_training.soundscape.compose.active_region import block_levels
from soundpost_training.soundscape.compose.recipe import Recipe

Signal = NDArray[np.float64]

FADE_SECONDS = 0.5
LOUDEST_PEAK = 0.5
"""A recording of little but one click lies lower than the others: there must be room above it."""

SILENT_DB = -90.0
SILENT_SHARE = 0.02
"""A clip with more blocks of digital silence than this was padded, and is no background."""


class Background:
    """An endless background, a stretch at a time.

    One clip is repeated for a while, then the next fades in; each has its own level. Fades keep
    the power (sine and cosine), for two recordings are not in phase.

    Args:
        rng: Draws the clips, their levels and how long they stay.
        clips: int16[n] each, longer than two fades.
        recipe: Levels and durations.
        sample_rate_hz: Of the clips.

    Raises:
        DatasetError: Every clip has silence in it.
    """

    def __init__(
        self, rng: np.random.Generator, clips: Sequence[Pcm], recipe: Recipe, sample_rate_hz: int
    ) -> None:
        self._rng = rng
        self._recipe = recipe
        self._rate_hz = sample_rate_hz
        angle = np.linspace(0.0, np.pi / 2, round(FADE_SECONDS * sample_rate_hz), endpoint=False)
        self._fade_in, self._fade_out = np.sin(angle), np.cos(angle)
        self._clips = [clip for clip in clips if is_background(clip, sample_rate_hz)]
        if not self._clips:
            raise DatasetError(
                f"none of {len(clips)} clips can be a background: all have silence in them",
                hint="name labels of sounds that go on and on, such as rain or wind",
            )
        self._pieces = self._play()
        self._ready: Signal = np.empty(0)

    def take(self, samples: int) -> Signal:
        """The next samples, float64[samples]; 1.0 is full scale."""
        pieces, count = [self._ready], len(self._ready)
        while count < samples:
            pieces.append(next(self._pieces))
            count += len(pieces[-1])
        joined: Signal = np.concatenate(pieces)
        self._ready = joined[samples:]
        taken: Signal = joined[:samples]
        return taken

    def _play(self) -> Iterator[Signal]:
        fade = len(self._fade_in)
        leaving: Signal = np.zeros(fade)
        while True:
            loop = self._draw()
            share = self._rng.uniform(0.5, 1.5)
            stay_samples = int(share * self._recipe.bed_minutes * 60 * self._rate_hz)
            yield _wrapped(loop, 0, fade) * self._fade_in + leaving * self._fade_out
            for first in range(fade, stay_samples, self._rate_hz):
                yield _wrapped(loop, first, min(self._rate_hz, stay_samples - first))
            leaving = _wrapped(loop, stay_samples, fade)

    def _draw(self) -> Signal:
        """A clip at its level, its end faded into its beginning."""
        clip = self._clips[int(self._rng.integers(len(self._clips)))]
        signal = clip.astype(np.float64) / FULL_SCALE
        fade = len(self._fade_in)
        loop: Signal = signal[:-fade].copy()
        loop[:fade] = loop[:fade] * self._fade_in + signal[-fade:] * self._fade_out
        spread_db = self._rng.uniform(-1.0, 1.0) * self._recipe.bed_range_db
        level = 10.0 ** ((self._recipe.bed_dbfs + spread_db) / 20.0)
        loop *= min(level / rms(loop), LOUDEST_PEAK / float(np.abs(loop).max()))
        return loop


def rms(signal: Signal) -> float:
    """The root mean square of float64[n]."""
    return float(np.sqrt(np.mean(signal**2)))


def is_background(clip: Pcm, sample_rate_hz: int) -> bool:
    """Whether a clip is without the silence that shorter recordings are padded with."""
    levels_db = block_levels(clip, round(0.01 * sample_rate_hz))
    long_enough = len(clip) > 2 * FADE_SECONDS * sample_rate_hz
    return long_enough and float((levels_db < SILENT_DB).mean()) <= SILENT_SHARE


def _wrapped(loop: Signal, first: int, samples: int) -> Signal:
    piece: Signal = np.take(loop, np.arange(first, first + samples), mode="wrap")
    return piece
