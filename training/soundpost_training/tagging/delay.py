"""Moves the sound of an example towards the end of its window, as a network hears its onset.

The teachers score an example whose sound is anywhere in the window. A daemon that shall detect a
sound early has to score windows that it has just begun in, where the teachers themselves are
unsure. An example that is moved keeps the target that the teachers gave when they heard more of it.
"""

import numpy as np
from numpy.typing import NDArray

Amplitude = NDArray[np.float32]

LEAST_FRAMES = 10
"""Frames after the loudest one that stay in the window."""

QUIET_DB = (10.0, 30.0)
"""So far below the example is the sound before it."""


def delay(rng: np.random.Generator, amplitude: Amplitude, before: Amplitude) -> None:
    """Moves examples later, so that the loudest frame of each lies anywhere in the rest of it.

    What leaves the window at its end is lost; a quieter sound fills it from its beginning.

    Args:
        rng: Draws how far, and how quiet the other sound is.
        amplitude: Mel amplitudes float32[n, frames, bands], which are changed.
        before: Those of the other sounds, of the same shape.
    """
    power = np.square(amplitude).sum(axis=2)
    ratio = np.sqrt(power.mean(axis=1) / (np.square(before).sum(axis=2).mean(axis=1) + 1e-12))
    quiet = 10.0 ** (-rng.uniform(*QUIET_DB, len(amplitude)) / 20.0)
    frames = power.shape[1]
    for example, other, loudest, level in zip(
        amplitude, before, power.argmax(axis=1), ratio * quiet, strict=True
    ):
        shift = int(rng.integers(0, max(1, frames - LEAST_FRAMES - loudest)))
        moved = np.zeros_like(example)
        moved[shift:] = example[: frames - shift]
        example[...] = np.sqrt(np.square(moved) + np.square(np.float32(level) * other))
