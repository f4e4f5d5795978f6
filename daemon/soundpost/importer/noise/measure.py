"""Measures the scores that silence, hum and noise get from a foreign model."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost.importer.noise.noises import NOISES, SEEDS, Noise, windows, windows_of_seed

TAIL_SHARE = 0.1
"""Of the windows, those whose scores show how the highest ones spread."""
_LEAST_SCORE = 1e-7
"""Scores are kept this far from 0 and 1, so that their logits are finite."""

Progress = Callable[[int, int, str], None]
"""Receives the windows that are scored, the windows in all, and the name of the noise."""


@dataclass(frozen=True, slots=True)
class NoiseScores:
    """The scores of all labels in one noise.

    Attributes:
        noise: The noise.
        windows: The number of windows that were scored.
        highest: float64[labels], the highest score.
        excess: float64[labels], the mean distance, in logits, of the highest tenth of the scores
            above the score that bounds them.
    """

    noise: Noise
    windows: int
    highest: NDArray[np.float64]
    excess: NDArray[np.float64]


def measure_noises(
    scores: Callable[[Pcm], NDArray[np.float64]],
    window_samples: int,
    rate_hz: int,
    seconds: float,
    progress: Progress,
) -> list[NoiseScores]:
    """Returns the scores of each noise.

    Args:
        scores: Returns the scores of a window, float64[labels] in [0, 1].
        window_samples: Samples of a window.
        rate_hz: The sample rate.
        seconds: The sound of each noise.
        progress: Is called for each window.
    """
    each = SEEDS * windows_of_seed(seconds, window_samples, rate_hz)
    total = 1 + each * (len(NOISES) - 1)
    measured = []
    done = 0
    for noise in NOISES:
        rows = []
        for window in windows(noise, seconds, window_samples, rate_hz):
            progress(done, total, str(noise))
            rows.append(scores(window).astype(np.float32))
            done += 1
        measured.append(noise_scores(noise, np.stack(rows)))
    return measured


def noise_scores(noise: Noise, scores: NDArray[np.float32]) -> NoiseScores:
    """Returns the highest scores of a noise, and how far they spread.

    Args:
        noise: The noise.
        scores: float32[windows, labels].
    """
    logits = logit(scores.astype(np.float64))
    bounds = np.quantile(logits, 1 - TAIL_SHARE, axis=0)
    above = np.maximum(logits - bounds, 0.0)
    excess = above.sum(axis=0) / np.maximum(1, np.count_nonzero(above, axis=0))
    highest = scores.max(axis=0).astype(np.float64)
    return NoiseScores(noise, len(scores), highest, excess)


def logit(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the logarithm of the odds of scores, the inverse of a sigmoid."""
    bounded = np.clip(scores, _LEAST_SCORE, 1 - _LEAST_SCORE)
    return np.log(bounded / (1 - bounded))
