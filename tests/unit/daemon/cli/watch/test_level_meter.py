"""The level meter: level, peak and noise floor in dBFS, in fixed blocks of the sound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import SILENCE_DBFS, Chunk, Pcm
from soundpost.cli.watch.level_meter import LevelMeter

RATE_HZ = 16_000


def noise(seconds: float, rms: float, seed: int = 1) -> Pcm:
    """Returns noise of an RMS level in int16 steps."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.normal(0.0, rms, round(seconds * RATE_HZ)), np.int16)


def metered(samples: Pcm, size: int) -> LevelMeter:
    """Returns a level meter that has processed the samples in chunks of a size."""
    meter = LevelMeter(RATE_HZ, 30.0)
    for start in range(0, len(samples), size):
        meter.on_chunk(Chunk(start, samples[start : start + size], 0))
    return meter


@given(st.integers(1, 5_000))
def test_the_meter_does_not_depend_on_the_chunk_size(size: int) -> None:
    """Level, peak and noise floor are those of fixed blocks."""
    samples = np.concatenate((noise(0.5, 100.0), noise(0.3, 5_000.0)))
    whole, chunked = metered(samples, len(samples)), metered(samples, size)
    assert (chunked.level_dbfs, chunked.peak_dbfs) == (whole.level_dbfs, whole.peak_dbfs)
    assert chunked.floor_dbfs == whole.floor_dbfs


def test_the_meter_shows_level_and_peak_in_dbfs() -> None:
    """Half of full scale is -6.0 dBFS, and zeros are silence."""
    assert metered(np.zeros(0, np.int16), 1).level_dbfs == SILENCE_DBFS
    assert metered(np.zeros(RATE_HZ, np.int16), 800).peak_dbfs == SILENCE_DBFS
    half = metered(np.full(RATE_HZ, -16_384, np.int16), 800)
    assert half.level_dbfs == pytest.approx(-6.02, abs=0.01)
    assert half.peak_dbfs == pytest.approx(-6.02, abs=0.01)
    lowest = metered(np.full(RATE_HZ, -32_768, np.int16), 800)
    assert lowest.peak_dbfs == 0.0


def test_a_peak_is_held_for_two_seconds() -> None:
    """It lasts longer than the sound, so that it can be read."""
    click = np.zeros(round(3.0 * RATE_HZ), np.int16)
    click[100] = 16_384
    held = metered(click[: round(1.9 * RATE_HZ)], 800)
    assert held.peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert held.level_dbfs == SILENCE_DBFS
    assert metered(click, 800).peak_dbfs == SILENCE_DBFS


def test_the_noise_floor_does_not_rise_with_a_loud_sound() -> None:
    """It is the lowest level of the last half minute."""
    meter = metered(np.concatenate((noise(5.0, 100.0), noise(5.0, 3_000.0))), 800)
    assert meter.floor_dbfs == pytest.approx(-50.3, abs=1.0)
    assert meter.level_dbfs == pytest.approx(-20.8, abs=1.0)
