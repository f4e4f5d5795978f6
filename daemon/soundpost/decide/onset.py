"""Onset and offset of a sound inside a window."""

import numpy as np
from numpy.typing import NDArray

CONTEXT_FRAMES = 10
"""Frames averaged on each side of a candidate, an even number: 0.1 s is shorter than the sounds of
the labels and longer than the ripple of a steady noise's spectrum."""

MINIMUM_CHANGE = 0.4
"""Mean rise over the mel bands, in nepers of magnitude (3.5 dB), that counts as an onset.
White noise ripples by less than 0.2 from one 0.1 s to the next."""

NARROW_GROUPS = 8
"""Groups of neighbouring mel bands, an octave or less each above 1 kHz: the song of a bird is
narrower, and would raise the mean over all bands by too little."""

MINIMUM_NARROW_CHANGE = 0.7
"""Mean rise over the bands of a group (6 dB). In 40 windows of 3 s white noise rippled by at most
0.61 in one of them at 8 kHz, and by less at higher rates."""

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
    return _first_frame(_rise(log_mel), len(log_mel), MINIMUM_CHANGE)


def narrow_onset_frame(log_mel: NDArray[np.float32]) -> int:
    """Returns the frame at which a sound begins that may be as narrow as the song of a bird.

    As `onset_frame`, in the group of bands that rises most.

    Args:
        log_mel: float32[frames, mel_bands], a multiple of `NARROW_GROUPS` bands.
    """
    rises = [_rise(bands) for bands in np.split(log_mel, NARROW_GROUPS, axis=1)]
    largest = max(rises, key=lambda rise: rise.max(initial=0.0))
    return _first_frame(largest, len(log_mel), MINIMUM_NARROW_CHANGE)


def offset_frame(log_mel: NDArray[np.float32]) -> int:
    """Returns one past the frame at which a sound ends: the onset of the reversed window."""
    return len(log_mel) - onset_frame(log_mel[::-1])


def narrow_offset_frame(log_mel: NDArray[np.float32]) -> int:
    """Returns one past the frame at which such a sound ends: the onset of the reversed window."""
    return len(log_mel) - narrow_onset_frame(log_mel[::-1])


def _first_frame(rise: NDArray[np.float64], frames: int, minimum_change: float) -> int:
    """Returns the frame of the first rise that is large enough, or the middle of the frames."""
    if not len(rise) or rise.max() < minimum_change:
        return frames // 2
    first = int(np.argmax(rise >= SHARE_OF_LARGEST * rise.max()))
    # The rise may still be growing at the first candidate: take its peak.
    peak = rise[first : first + CONTEXT_FRAMES]
    return CONTEXT_FRAMES + first + int(np.argmax(peak))


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
