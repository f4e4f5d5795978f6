"""Distance, microphone, noise, clipping and codec, measured on the samples."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost_training.synthesis.degrade import (
    Degradation,
    air_absorption_db,
    degrade,
)
from soundpost_training.synthesis.signals import RATE_HZ, Samples

NOTHING = Degradation(0, 0, 0, 0, 0, 0)
EVERYTHING = Degradation(1, 1, 1, 1, 1, 1)
CHEAP = Degradation(1, 1, 1, 1, 1, 0)
SEEDS = st.integers(0, 2**32 - 1)


def noise(count: int = 31_760, level: float = 0.1) -> Samples:
    """White noise of one seed."""
    rng = np.random.default_rng(7)
    return (rng.standard_normal(count) * level).clip(-1, 1).astype(np.float32)


def rms(samples: Samples) -> float:
    """The root of the mean power."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def band_rms(samples: Samples, low: float, high: float) -> float:
    """The level within a band."""
    spectrum = np.abs(np.fft.rfft(samples))
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    return float(np.sqrt(np.mean(spectrum[(hertz >= low) & (hertz < high)] ** 2)))


@given(SEEDS, st.integers(1, 40_000), st.sampled_from([0.0, 1e-4, 0.1, 1.0]))
@settings(deadline=None, max_examples=60)
def test_any_sound_keeps_its_length_and_stays_finite_and_bounded(
    seed: int, count: int, level: float
) -> None:
    """Silence, single samples and clipped sounds included."""
    degraded = degrade(noise(count, level), np.random.default_rng(seed), CHEAP)
    assert degraded.dtype == np.float32
    assert len(degraded) == count
    assert np.isfinite(degraded).all()
    assert np.abs(degraded).max() <= 1


@pytest.mark.parametrize("seed", range(6))
def test_the_codecs_keep_length_and_bounds(seed: int) -> None:
    """With all other losses before them."""
    degraded = degrade(noise(), np.random.default_rng(seed), EVERYTHING)
    assert degraded.dtype == np.float32
    assert len(degraded) == 31_760
    assert np.isfinite(degraded).all()
    assert np.abs(degraded).max() <= 1


@given(SEEDS)
@settings(deadline=None, max_examples=20)
def test_a_seed_decides_everything(seed: int) -> None:
    """Two runs of one seed are equal; the input is not changed."""
    samples = noise()
    before = samples.copy()
    first, second = (degrade(samples, np.random.default_rng(seed), CHEAP) for _ in range(2))
    assert np.array_equal(first, second)
    assert np.array_equal(samples, before)


def test_no_loss_leaves_the_samples() -> None:
    """Probabilities of zero."""
    assert np.array_equal(degrade(noise(), np.random.default_rng(0), NOTHING), noise())


def test_no_sound_stays_no_sound() -> None:
    """An empty array has no spectrum."""
    assert not len(degrade(noise(0), np.random.default_rng(0), EVERYTHING))


@given(SEEDS)
@settings(deadline=None, max_examples=30)
def test_an_equaliser_keeps_the_level(seed: int) -> None:
    """It changes the colour of white noise, by less than the range of real microphones."""
    degraded = degrade(noise(), np.random.default_rng(seed), Degradation(0, 1, 0, 0, 0, 0))
    assert rms(degraded) == pytest.approx(rms(noise()), rel=1e-3)
    assert not np.allclose(degraded, noise(), atol=1e-3)


@given(SEEDS)
@settings(deadline=None, max_examples=30)
def test_a_narrow_band_loses_both_ends(seed: int) -> None:
    """Below 50 Hz and above 7.5 kHz the level is 3 dB or more below the middle."""
    degraded = degrade(noise(), np.random.default_rng(seed), Degradation(0, 0, 1, 0, 0, 0))
    middle = band_rms(degraded, 800, 2_000)
    assert band_rms(degraded, 0, 50) < 0.71 * middle
    assert band_rms(degraded, 7_500, 8_000) < 0.71 * middle


@given(SEEDS)
@settings(deadline=None, max_examples=30)
def test_noise_stays_below_the_sound(seed: int) -> None:
    """The label of a faint sound remains audible; silence gets noise of its own."""
    only_noise = Degradation(0, 0, 0, 1, 0, 0)
    faint = noise(level=1e-3)
    added = degrade(faint, np.random.default_rng(seed), only_noise) - faint
    assert 0 < rms(added) < rms(faint) * 10 ** (-2.9 / 20)
    silence = degrade(noise(level=0.0), np.random.default_rng(seed), only_noise)
    assert 10 ** (-86 / 20) < rms(silence) < 10 ** (-49 / 20)


@given(SEEDS)
@settings(deadline=None, max_examples=30)
def test_clipping_flattens_the_peaks(seed: int) -> None:
    """Several samples share the highest level."""
    degraded = degrade(noise(), np.random.default_rng(seed), Degradation(0, 0, 0, 0, 1, 0))
    peak = np.abs(degraded).max()
    assert 0.14 < peak / np.abs(noise()).max() < 0.91
    assert (np.abs(degraded) == peak).sum() >= 2


@given(SEEDS)
@settings(deadline=None, max_examples=20)
def test_distance_lowers_the_level(seed: int) -> None:
    """Up to 34 dB: 150 m instead of 3."""
    degraded = degrade(noise(), np.random.default_rng(seed), Degradation(1, 0, 0, 0, 0, 0))
    assert 10 ** (-34.1 / 20) < rms(degraded) / rms(noise()) <= 1.0


def test_air_absorbs_as_in_the_table_of_the_standard() -> None:
    """ISO 9613-2 at 10 °C and 70 %: 32.8 dB a kilometre at 4 kHz, 3.7 at 1 kHz."""
    hertz = np.array([1_000.0, 4_000.0])
    assert air_absorption_db(hertz, 1_000) == pytest.approx([-3.7, -32.8])


def test_the_default_leaves_the_slow_step_rare() -> None:
    """A codec takes a hundred times as long as a filter."""
    assert Degradation().codec <= 0.05
    assert all(0 <= probability <= 1 for probability in astuple(Degradation()))
