"""The chunk and its level."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from soundpost.audio import NANOSECONDS, SILENCE_DBFS, Chunk, Pcm, level_dbfs, samples_to_ns

PCM = arrays(np.int16, st.integers(1, 500), elements=st.integers(-32_768, 32_767))


def tone(amplitude: float) -> Pcm:
    """Returns a second of 1 kHz at 16 kHz."""
    seconds = np.arange(16_000) / 16_000
    return np.rint(amplitude * np.sin(2 * np.pi * 1_000 * seconds)).astype(np.int16)


def test_a_full_scale_sine_is_at_minus_3_db() -> None:
    """Levels are relative to a full-scale square wave."""
    assert level_dbfs(tone(32_767)) == pytest.approx(-3.01, abs=0.01)


def test_a_full_scale_square_wave_is_at_0_db() -> None:
    """The loudest int16 signal is at 0 dBFS."""
    assert level_dbfs(np.full(100, -32_768, np.int16)) == 0.0


def test_the_smallest_steady_signal_is_at_minus_90_db() -> None:
    """A constant of one int16 step is at -90.3 dBFS."""
    assert level_dbfs(np.ones(100, np.int16)) == pytest.approx(-90.31, abs=0.01)


@pytest.mark.parametrize("count", [0, 1, 1_000])
def test_silence_has_a_level_of_its_own(count: int) -> None:
    """Zeros and an empty array give the level of silence, not the logarithm of zero."""
    assert level_dbfs(np.zeros(count, np.int16)) == SILENCE_DBFS


def test_nothing_is_quieter_than_silence() -> None:
    """A single step in a long silence, at -138 dB, gives the level of silence."""
    nearly = np.zeros(60_000, np.int16)
    nearly[0] = 1
    assert level_dbfs(nearly) == SILENCE_DBFS


@given(PCM)
def test_a_level_is_finite_and_within_its_range(samples: Pcm) -> None:
    """Any samples give a level between silence and full scale."""
    assert SILENCE_DBFS <= level_dbfs(samples) <= 0.0


@given(st.integers(100, 16_000))
def test_half_the_amplitude_is_6_db_less(amplitude: int) -> None:
    """Halving the amplitude lowers the level by 6 dB, a quarter of the power."""
    difference = level_dbfs(tone(amplitude)) - level_dbfs(tone(amplitude * 2))
    assert difference == pytest.approx(-20 * math.log10(2), abs=0.05)


def test_a_chunk_ends_after_its_last_sample() -> None:
    """The end is one past its last sample."""
    assert Chunk(100, np.zeros(60, np.int16), 0).end_sample == 160


@given(st.integers(0, 10**12))
def test_samples_are_exact_nanoseconds_at_16_khz(samples: int) -> None:
    """A sample lasts 62,500 ns; two years of them add up without an error."""
    assert samples_to_ns(samples, 16_000) == samples * 62_500


@given(st.integers(0, 10**12), st.integers(1, 192_000))
def test_a_duration_is_cut_to_whole_nanoseconds(samples: int, sample_rate_hz: int) -> None:
    """At rates that do not divide a second into nanoseconds the error is below one."""
    cut = samples_to_ns(samples, sample_rate_hz)
    assert 0 <= samples * NANOSECONDS - cut * sample_rate_hz < sample_rate_hz
