"""Sounds on which a foreign model is probed, and of which its golden vectors are made."""

import numpy as np

from soundpost.audio import FULL_SCALE, Pcm

SEED = 20_261_129
_TONE_HZ, _LOW_HZ = 1_000.0, 440.0
_CLICKS_PER_SECOND = 4
_HIGHEST_SHARE = 0.45
"""Of the sample rate: a sweep ends below the highest frequency."""


def example_sounds(samples: int, rate_hz: int) -> Pcm:
    """Returns silence, a tone, a sweep, noise, clicks and a full-scale square.

    Args:
        samples: Samples of a window.
        rate_hz: The sample rate.

    Returns:
        int16[6, samples]; equal arguments give equal sounds.
    """
    seconds = np.arange(samples) / rate_hz
    rng = np.random.default_rng(SEED)
    sweep_hz = np.geomspace(_LOW_HZ / 4, rate_hz * _HIGHEST_SHARE, samples)
    is_click = np.arange(samples) % max(2, rate_hz // _CLICKS_PER_SECOND) < max(1, rate_hz // 800)
    sounds = [
        np.zeros(samples),
        0.5 * np.sin(2 * np.pi * _TONE_HZ * seconds),
        0.3 * np.sin(2 * np.pi * np.cumsum(sweep_hz) / rate_hz),
        rng.normal(0.0, 0.05, samples),
        np.where(is_click, 0.7, 0.0),
        np.sign(np.sin(2 * np.pi * _LOW_HZ * seconds)),
    ]
    scaled = np.rint(np.stack(sounds) * FULL_SCALE)
    pcm: Pcm = np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return pcm
