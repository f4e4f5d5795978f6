"""Where inside a window a sound begins or ends."""

import numpy as np
from numpy.typing import NDArray

CONTEXT_FRAMES = 10
"""Frames averaged on each side of a candidate, an even number: 0.1 s is shorter than the sounds
told here and longer than the ripple of a steady noise's spectrum."""

MINIMUM_CHANGE = 0.4
"""Mean rise over the mel bands, in nepers of magnitude (3.5 dB), that counts as a beginning.
White noise ripples by less than 0.2 from one 0.1 s to the next."""

SHARE_OF_LARGEST = 0.6
"""Of several candidates the first one counts that rises at least this share of the largest."""


def onset_frame(log_mel: NDArray[np.float32]) -> int:
    """The frame at which a sound begins; the middle of the window if nothing in it rises.

    Half-wave rectified spectral difference, averaged over 0.1 s on each side (Bello et al., "A
    tutorial on onset detection in music signals", IEEE Trans. Speech Audio Process. 13, 2005).

    Args:
        log_mel: float32[frames, mel_bands], natural logarithm of magnitude.
    """
    rise = _rise(log_mel)
    if not len(rise) or rise.max() < MINIMUM_CHANGE:
        return len(log_mel) // 2
    first = int(np.argmax(rise >= SHARE_OF_LARGEST * rise.max()))
    # The candidate's own hill may still be climbing: go on to its top.
    hill = rise[first : first + CONTEXT_FRAMES]
    return CONTEXT_FRAMES + first + int(np.argmax(hill))


def offset_frame(log_mel: NDArray[np.float32]) -> int:
    """One past the frame at which a sound ends: an onset, heard backwards."""
    return len(log_mel) - onset_frame(log_mel[::-1])


def _rise(log_mel: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean rise at frames `CONTEXT_FRAMES` to the end less as many."""
    # Of pairs, so that half as many are added; np.cumsum along time takes four times as long.
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
