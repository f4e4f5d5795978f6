"""Log-mel of sounds without an event: digital silence and faint noise."""

import numpy as np
from numpy.typing import NDArray

from soundpost.features import FeatureSpec, LogMel
from soundpost_training.dataset.decode.audio import to_pcm

LOUDEST_DBFS = -60.0
QUIETEST_DBFS = -96.0
"""RMS range: from the hiss of a cheap microphone's amplifier down to below one int16 step."""

SLOPES = (0.0, 0.5, 1.0)
"""Of noise whose amplitude falls as 1 / f^slope: white, pink and brown."""


def negatives(
    rng: np.random.Generator, spec: FeatureSpec, count: int, frames: int
) -> list[NDArray[np.float32]]:
    """Returns the log-mel of `count` sounds, each float32[frames, bands]; the first is silence."""
    front_end = LogMel(spec)
    samples = spec.sample_count(frames)
    sounds = [np.zeros(samples, np.int16)]
    sounds += [_noise(rng, samples) for _ in range(count - 1)]
    return [front_end.compute(sound) for sound in sounds]


def _noise(rng: np.random.Generator, samples: int) -> NDArray[np.int16]:
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    spectrum /= np.maximum(np.arange(len(spectrum)), 1.0) ** rng.choice(SLOPES)
    signal = np.fft.irfft(spectrum, samples)
    level = 10.0 ** (rng.uniform(QUIETEST_DBFS, LOUDEST_DBFS) / 20.0)
    return to_pcm(signal / np.sqrt(np.mean(signal**2)) * level)
