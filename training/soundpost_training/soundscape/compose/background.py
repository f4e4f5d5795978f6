"""The background: recordings of lasting sounds, joined into an endless signal."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm
from soundpost_training.errors import DatasetError
from soundpost_training.soundscape.compose.active_region import BLOCK_SECONDS, block_levels
from soundpost_training.soundscape.compose.recipe import Recipe

Signal = NDArray[np.float64]

FADE_SECONDS = 0.5
"""Length of a cross-fade: long enough for no click, short beside a clip of 5 s."""

LOUDEST_PEAK = 0.5
"""Peak of a background clip. One that is little but a click gets a lower level than the others,
so that headroom for the events remains above it."""

SILENT_DB = -90.0
"""A block below this level is digital silence, or a single bit of it."""

SILENT_SHARE = 0.02
"""A clip with more silent blocks than this was padded with zeros, and is no background."""


class Background:
    """An endless background signal, read piece by piece.

    One clip is repeated for a while, then the next fades in; each has its own level. Fades keep
    the power (sine and cosine), because two recordings are not in phase.

    Args:
        rng: Draws the clips, their levels and durations.
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
                f"expected background clips without silence, got silence in all {len(clips)}",
                hint="name labels of sounds that go on and on, such as rain or wind",
            )
        self._pieces = self._stream()
        self._unread: Signal = np.empty(0)

    def read(self, samples: int) -> Signal:
        """Returns the next samples, float64[samples]; 1.0 is full scale."""
        pieces, count = [self._unread], len(self._unread)
        while count < samples:
            pieces.append(next(self._pieces))
            count += len(pieces[-1])
        joined: Signal = np.concatenate(pieces)
        self._unread = joined[samples:]
        result: Signal = joined[:samples]
        return result

    def _stream(self) -> Iterator[Signal]:
        fade = len(self._fade_in)
        fading_out: Signal = np.zeros(fade)
        while True:
            loop = self._draw_loop()
            share = self._rng.uniform(0.5, 1.5)
            duration_samples = int(share * self._recipe.background_minutes * 60 * self._rate_hz)
            yield _wrapped(loop, 0, fade) * self._fade_in + fading_out * self._fade_out
            for first in range(fade, duration_samples, self._rate_hz):
                yield _wrapped(loop, first, min(self._rate_hz, duration_samples - first))
            fading_out = _wrapped(loop, duration_samples, fade)

    def _draw_loop(self) -> Signal:
        """Draws a clip and its level, and fades its end into its beginning."""
        clip = self._clips[int(self._rng.integers(len(self._clips)))]
        signal = clip.astype(np.float64) / FULL_SCALE
        fade = len(self._fade_in)
        loop: Signal = signal[:-fade].copy()
        loop[:fade] = loop[:fade] * self._fade_in + signal[-fade:] * self._fade_out
        spread_db = self._rng.uniform(-1.0, 1.0) * self._recipe.background_range_db
        level = 10.0 ** ((self._recipe.background_dbfs + spread_db) / 20.0)
        loop *= min(level / rms(loop), LOUDEST_PEAK / float(np.abs(loop).max()))
        return loop


def rms(signal: Signal) -> float:
    """Returns the root mean square of float64[n]."""
    return float(np.sqrt(np.mean(signal**2)))


def is_background(clip: Pcm, sample_rate_hz: int) -> bool:
    """Returns whether a clip is long enough and free of the zeros that pad short recordings."""
    levels_db = block_levels(clip, round(BLOCK_SECONDS * sample_rate_hz))
    is_long_enough = len(clip) > 2 * FADE_SECONDS * sample_rate_hz
    return is_long_enough and float((levels_db < SILENT_DB).mean()) <= SILENT_SHARE


def _wrapped(loop: Signal, first: int, samples: int) -> Signal:
    piece: Signal = np.take(loop, np.arange(first, first + samples), mode="wrap")
    return piece
