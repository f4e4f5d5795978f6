"""Made noises have the spectrum of what they stand for, and are made again by their seed."""

from collections.abc import Callable

import numpy as np
import pytest

from soundpost_training.field.compose.made_noise import (
    MAINS_HZ,
    ROTOR_HZ,
    drone,
    pink_noise,
    room_noise,
)

RATE_HZ = 16_000
SAMPLES = 8 * RATE_HZ

Make = Callable[[np.random.Generator, int, int], np.ndarray]


def power_db(signal: np.ndarray, low_hz: float, high_hz: float) -> float:
    """Returns the power in a band."""
    spectrum = np.abs(np.fft.rfft(signal)) ** 2
    hz = np.fft.rfftfreq(len(signal), 1 / RATE_HZ)
    return float(10 * np.log10(spectrum[(hz >= low_hz) & (hz < high_hz)].sum()))


@pytest.mark.parametrize("make", [room_noise, drone])
def test_a_seed_makes_the_same_noise_again(make: Make) -> None:
    """At an RMS level of 1; another seed makes another noise."""
    first, again, other = (
        make(np.random.default_rng(seed), SAMPLES, RATE_HZ) for seed in (1, 1, 2)
    )
    assert np.sqrt(np.mean(first**2)) == pytest.approx(1.0)
    assert (first == again).all()
    assert not np.allclose(first, other)


def test_pink_noise_has_the_same_power_in_every_octave() -> None:
    """Within half a decibel."""
    noise = pink_noise(np.random.default_rng(1), SAMPLES)
    octaves = [power_db(noise, hz, 2 * hz) for hz in (100, 200, 400, 800, 1600, 3200)]
    assert max(octaves) - min(octaves) < 1.0


def test_a_room_hums_and_a_drone_has_the_tones_of_its_blades() -> None:
    """Far above the noise between the tones."""
    room = room_noise(np.random.default_rng(1), SAMPLES, RATE_HZ)
    hum = power_db(room, MAINS_HZ - 1, MAINS_HZ + 1) - power_db(room, MAINS_HZ + 5, MAINS_HZ + 7)
    assert hum > 10.0
    flight = drone(np.random.default_rng(1), SAMPLES, RATE_HZ)
    low, high = ROTOR_HZ
    assert power_db(flight, 0.9 * low, 1.1 * high) - power_db(flight, 20, 0.8 * low) > 6.0
