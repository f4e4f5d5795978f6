"""The A-weighting: formula and filter against the table of IEC 61672-1:2013."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.acoustics.weighting import AWeighting, a_weighting, a_weighting_kernel

RATES_HZ = (8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000)
INFINITE = float("inf")
TABLE = [
    (10.0, -70.4, 3.0, INFINITE),
    (12.5, -63.4, 2.5, INFINITE),
    (16.0, -56.7, 2.0, 4.0),
    (20.0, -50.5, 2.0, 2.0),
    (25.0, -44.7, 2.0, 1.5),
    (31.5, -39.4, 1.5, 1.5),
    (40.0, -34.6, 1.0, 1.0),
    (50.0, -30.2, 1.0, 1.0),
    (63.0, -26.2, 1.0, 1.0),
    (80.0, -22.5, 1.0, 1.0),
    (100.0, -19.1, 1.0, 1.0),
    (125.0, -16.1, 1.0, 1.0),
    (160.0, -13.4, 1.0, 1.0),
    (200.0, -10.9, 1.0, 1.0),
    (250.0, -8.6, 1.0, 1.0),
    (315.0, -6.6, 1.0, 1.0),
    (400.0, -4.8, 1.0, 1.0),
    (500.0, -3.2, 1.0, 1.0),
    (630.0, -1.9, 1.0, 1.0),
    (800.0, -0.8, 1.0, 1.0),
    (1_000.0, 0.0, 0.7, 0.7),
    (1_250.0, 0.6, 1.0, 1.0),
    (1_600.0, 1.0, 1.0, 1.0),
    (2_000.0, 1.2, 1.0, 1.0),
    (2_500.0, 1.3, 1.0, 1.0),
    (3_150.0, 1.2, 1.0, 1.0),
    (4_000.0, 1.0, 1.0, 1.0),
    (5_000.0, 0.5, 1.5, 1.5),
    (6_300.0, -0.1, 1.5, 2.0),
    (8_000.0, -1.1, 1.5, 2.5),
    (10_000.0, -2.5, 2.0, 3.0),
    (12_500.0, -4.3, 2.0, 5.0),
    (16_000.0, -6.6, 2.5, 16.0),
    (20_000.0, -9.3, 3.0, INFINITE),
]
"""Nominal frequency in Hz, weighting in dB, and the limits of class 1 above and below it in dB
(IEC 61672-1:2013, table 3)."""
TENTH_DB = 0.05
"""The table is rounded to a tenth of a decibel."""


def exact_hz(nominal_hz: float) -> float:
    """Returns the exact frequency of a nominal one (IEC 61672-1:2013, annex D)."""
    return float(1_000.0 * 10.0 ** (round(10.0 * np.log10(nominal_hz / 1_000.0)) / 10.0))


def decibels(gain: complex) -> float:
    """Returns a gain in dB."""
    return float(20.0 * np.log10(np.abs(gain)))


def gain_at(kernel: np.ndarray, frequency_hz: float, rate_hz: int) -> complex:
    """Returns the gain of a finite filter at a frequency, by its definition."""
    turns = np.arange(len(kernel)) * (frequency_hz / rate_hz)
    return complex(kernel @ np.exp(-2j * np.pi * turns))


@pytest.mark.parametrize(("nominal_hz", "expected_db"), [row[:2] for row in TABLE])
def test_the_formula_is_that_of_the_standard(nominal_hz: float, expected_db: float) -> None:
    """It gives the table, as far as that is rounded."""
    gain = a_weighting(np.array([exact_hz(nominal_hz)]))[0]
    assert decibels(gain) == pytest.approx(expected_db, abs=TENTH_DB + 1e-6)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_filter_is_within_class_1_up_to_half_the_rate(rate_hz: int) -> None:
    """At every nominal frequency of the table that the rate has."""
    kernel = a_weighting_kernel(rate_hz)
    rows = [row for row in TABLE if exact_hz(row[0]) < rate_hz / 2]
    assert rows[-1][0] >= min(20_000.0, 0.79 * rate_hz / 2)
    for nominal_hz, weighting_db, above_db, below_db in rows:
        off_db = decibels(gain_at(kernel, exact_hz(nominal_hz), rate_hz)) - weighting_db
        assert -below_db <= off_db <= above_db


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_filter_is_the_formula_within_a_hundredth_of_a_decibel(rate_hz: int) -> None:
    """From 10 Hz to half the rate; by far the most of class 1's limits is left to microphones."""
    kernel = a_weighting_kernel(rate_hz)
    frequencies_hz = np.geomspace(10.0, rate_hz / 2, 200)
    gains = np.array([gain_at(kernel, frequency_hz, rate_hz) for frequency_hz in frequencies_hz])
    off_db = 20.0 * np.log10(np.abs(gains) / a_weighting(frequencies_hz))
    assert np.abs(off_db).max() < 0.01


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_constant_value_is_filtered_out(rate_hz: int) -> None:
    """At full scale it is below the level of digital silence."""
    assert decibels(abs(a_weighting_kernel(rate_hz).sum())) < -120.0


@given(st.lists(st.integers(1, 14_720), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_blocks_are_filtered_as_one_signal(lengths: list[int], seed: int) -> None:
    """The convolution with the kernel, whatever the blocks are."""
    weighting = AWeighting(16_000, 80)
    assert weighting.block_samples == 14_720
    signal = np.random.default_rng(seed).normal(size=sum(lengths))
    blocks = np.split(signal, np.cumsum(lengths)[:-1])
    filtered = np.concatenate([weighting.filter(block) for block in blocks])
    expected = np.convolve(signal, a_weighting_kernel(16_000))[: len(signal)]
    assert np.abs(filtered - expected).max() < 1e-12


def test_a_stretch_that_begins_with_an_offset_has_no_step() -> None:
    """The constant value is taken to have been there before."""
    weighting = AWeighting(16_000)
    weighting.restart(3_000.0)
    assert np.abs(weighting.filter(np.full(800, 3_000.0))).max() < 1e-2
    weighting.restart(0.0)
    assert np.abs(weighting.filter(np.full(800, 3_000.0))).max() > 1_000.0
