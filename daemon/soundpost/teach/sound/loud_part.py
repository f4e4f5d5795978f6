"""Finds the windows that have the loud part of a clip."""

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Pcm

FRAME_SECONDS = 0.01
CONTEXT_SHARE = 0.5
"""A window has the loud part if it has this share of the energy of the window with the most: half
of a short sound, or half a window of a long one."""

Real = NDArray[np.float64]


def loudest_stretch(samples: Pcm, length: int, rate_hz: int) -> Pcm:
    """Returns the stretch of a clip with the most energy; a shorter clip is returned whole.

    Args:
        samples: int16[n].
        length: Samples of the stretch.
        rate_hz: Their rate.
    """
    if len(samples) <= length:
        return samples
    frame = max(1, round(FRAME_SECONDS * rate_hz))
    sums = np.concatenate(([0.0], np.cumsum(frame_energies(samples, frame))))
    frames = length // frame
    begin = int((sums[frames:] - sums[:-frames]).argmax()) * frame
    return samples[begin : begin + length]


def loud_windows(
    samples: Pcm, starts: NDArray[np.int64], window_samples: int, rate_hz: int
) -> NDArray[np.bool_]:
    """Returns, for each window, whether it has the loud part, bool[windows]; at least one has.

    Args:
        samples: int16[n], the sound alone, without background.
        starts: int64[windows], the first sample of each.
        window_samples: Samples of a window; a part of it may lie behind the end.
        rate_hz: The sample rate.
    """
    frame = max(1, round(FRAME_SECONDS * rate_hz))
    energies = frame_energies(samples, frame)
    # What sounds all the time is no part of the sound: the tenth quietest frames are its floor.
    energies = np.maximum(energies - np.quantile(energies, 0.1), 0.0)
    if not energies.any():  # perfectly steady: all of it is the sound
        energies = frame_energies(samples, frame)
    sums = np.concatenate(([0.0], np.cumsum(energies)))
    first = np.minimum(starts // frame, len(energies))
    last = np.minimum((starts + window_samples) // frame, len(energies))
    inside = sums[last] - sums[first]
    has_part: NDArray[np.bool_] = inside >= CONTEXT_SHARE * inside.max()
    return has_part


def frame_energies(samples: Pcm, frame: int) -> Real:
    """Returns the energy of each frame, float64[frames]; the last one may be shorter."""
    padded = np.zeros(-(-len(samples) // frame) * frame, np.float32)
    padded[: len(samples)] = samples
    energies: Real = np.square(padded.reshape(-1, frame)).sum(axis=1, dtype=np.float64)
    return energies
