"""Onset and offset of a sound inside a window."""

import numpy as np
from numpy.typing import NDArray

CONTEXT_FRAMES = 10
"""Frames averaged on each side of a candidate, an even number: 0.1 s is shorter than the sounds of
the labels and longer than the ripple of a steady noise's spectrum."""

MINIMUM_CHANGE = 0.4
"""Mean rise over the mel bands, in nepers of magnitude (3.5 dB), that counts as an onset.
White noise ripples by less than 0.2 from one 0.1 s to the next."""

SHARE_OF_LARGEST = 0.6
"""The onset is the first candidate whose rise is at least this share of the largest: the largest
rise may be a later, louder part of the same sound."""


def onset_frame(log_mel: NDArray[np.float32]) -> int:
    """Returns the frame at which a sound begins; the middle of the window if nothing rises.

    Half-wave rectified spectral difference, averaged over 0.1 s on each side (Bello et al., "A
    tutorial on onset detection in music signals", IEEE Trans. Speech Audio Process. 13, 2005).

    Args:
        log_mel: float32[frames, mel_bands], natural logarithm of magnitude.
    """
    rise = _rise(log_mel)
    if not len(rise) or rise.max() < MINIMUM_CHANGE:
        return len(log_mel) // 2
    first = int(np.argmax(rise >= SHARE_OF_LARGEST * rise.max()))
    # The rise may still be growing at the first candidate: take its peak.
    peak = rise[first : first + CONTEXT_FRAMES]
    return CONTEXT_FRAMES + first + int(np.argmax(peak))


def offset_frame(log_mel: NDArray[np.float32]) -> int:
    """Returns one past the frame at which a sound ends: the onset of the reversed window."""
    return len(log_mel) - onset_frame(log_mel[::-1])


def _rise(log_mel: NDArray[np.float32]) -> NDArray[np.float64]:
    """Returns the mean rise at each frame, without `CONTEXT_FRAMES` at either end."""
    # Sums of pairs halve the additions; np.cumsum along time takes four times as long.
    frames = log_mel.astype(np.float64)
    pairs = frames[1:] + frames[:-1]
    count = max(0, len(frames) - CONTEXT_FRAMES + 1)
    sums = pairs[:count].copy()
    for ahead in range(2, CONTEXT_FRAMES, 2):
        sums += pairs[ahead : ahead + count]
    means = sums / CONTEXT_FRAMES
    before, after = means[:-CONTEXT_FRAMES], means[CONTEXT_FRAMES:]
    rises: NDArray[np.float64] = np.maximum(after - before, 0.0).mean(axis=1)
    return rises
