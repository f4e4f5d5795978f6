"""Parameters of made sounds, and the checks that all made sounds share."""

from collections.abc import Callable

import numpy as np
import pytest

from soundpost_training.synthesis.parameters import Parameters
from soundpost_training.synthesis.signals import PEAK, RATE_HZ, Samples

Sound = Callable[[Parameters, float], Samples]


def parameters(seed: int, *, held_out: bool = False) -> Parameters:
    """Returns the parameters of a seed."""
    return Parameters(np.random.default_rng(seed), held_out)


def assert_well_made(sound: Sound, seed: int, seconds: float, *, held_out: bool) -> None:
    """Checks length, peak and finite samples, and that a seed gives the same sound again."""
    samples = sound(parameters(seed, held_out=held_out), seconds)
    assert samples.dtype == np.float32
    assert len(samples) == round(seconds * RATE_HZ)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() == pytest.approx(PEAK, abs=1e-4)
    assert np.array_equal(samples, sound(parameters(seed, held_out=held_out), seconds))
