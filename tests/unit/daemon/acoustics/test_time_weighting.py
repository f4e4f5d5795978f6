"""The time weighting F, by its definition and by the tone bursts of IEC 61672-1:2013."""

import numpy as np
import pytest

from soundpost.acoustics.time_weighting import FastWeighting

RATE_HZ = 48_000
BURSTS = [
    (1_000.0, 0.0, 0.5, 0.5),
    (500.0, -0.1, 0.5, 0.5),
    (200.0, -1.0, 0.5, 0.5),
    (100.0, -2.6, 1.0, 1.0),
    (50.0, -4.8, 1.0, 1.0),
    (20.0, -8.3, 1.0, 1.0),
    (10.0, -11.1, 1.0, 1.0),
    (5.0, -14.1, 1.0, 1.0),
    (2.0, -18.0, 1.0, 1.5),
    (1.0, -21.0, 1.0, 2.0),
    (0.5, -24.0, 1.0, 2.5),
    (0.25, -27.0, 1.0, 3.0),
]
"""Milliseconds, reference response to a burst of 4 kHz in dB, limits of class 1 above and below
(IEC 61672-1:2013, table 4, weighting F)."""


def decibels(power: float) -> float:
    """Returns a power in dB."""
    return float(10.0 * np.log10(power))


def by_definition(squares: np.ndarray, mean: float, rate_hz: int) -> np.ndarray:
    """Returns the exponential mean after each sample."""
    decay = np.exp(-1.0 / (0.125 * rate_hz))
    means = []
    for square in squares:
        mean = decay * mean + (1.0 - decay) * square
        means.append(mean)
    return np.array(means)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 48_000])
@pytest.mark.parametrize("split", [1, 77, 1_000])
def test_the_values_are_those_of_the_exponential_mean(rate_hz: int, split: int) -> None:
    """Two blocks, of which the first is not a multiple of the step, begin no new mean."""
    squares = np.square(np.random.default_rng(3).normal(size=4_000))
    fast = FastWeighting(rate_hz)
    fast.restart(squares[:split])
    fast.add(squares[:split])
    first = fast.pop_values()
    fast.add(squares[split:])
    second = fast.pop_values()
    step = fast.step_samples
    start = float(squares[: min(split, round(0.125 * rate_hz))].mean())
    means = by_definition(squares, start, rate_hz)
    assert first == pytest.approx(means[:split][step - 1 :: step], rel=1e-12)
    assert second == pytest.approx(means[split:][step - 1 :: step], rel=1e-12)
    assert len(first) == split // step


@pytest.mark.parametrize(("milliseconds", "response_db", "above_db", "below_db"), BURSTS)
def test_tone_bursts_have_the_response_of_class_1(
    milliseconds: float, response_db: float, above_db: float, below_db: float
) -> None:
    """The highest value of a burst, relative to the steady tone."""
    seconds = np.arange(2 * RATE_HZ) / RATE_HZ
    tone = np.sin(2 * np.pi * 4_000.0 * seconds)
    for start in (0.5, 0.501, 0.5025, 0.5037):  # the steps do not know when a burst begins
        is_on = (seconds >= start) & (seconds < start + milliseconds / 1e3)
        fast = FastWeighting(RATE_HZ)
        fast.add(np.square(tone * is_on))
        off_db = decibels(fast.pop_values().max() / 0.5) - response_db
        assert -below_db <= off_db <= above_db


def test_a_sound_that_ends_decays_by_35_decibels_a_second() -> None:
    """34.7 dB/s, the rate of a time constant of 125 ms (IEC 61672-1:2013, section 5.8)."""
    fast = FastWeighting(RATE_HZ)
    fast.restart(np.ones(RATE_HZ))
    fast.add(np.zeros(RATE_HZ))
    assert decibels(fast.pop_values()[-1]) == pytest.approx(-10.0 / np.log(10.0) / 0.125, abs=1e-9)
