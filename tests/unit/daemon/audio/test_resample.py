"""Conversion of any rate and channel count to mono int16 at one rate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from soundpost.audio import SourceState
from soundpost.audio.channels import ChannelMixer
from soundpost.audio.resample import MonoResampler

Block = NDArray[np.float32]


def resampled(blocks: list[Block], rate_hz: int, sample_rate_hz: int) -> NDArray[np.int16]:
    """Returns all blocks after one resampler, flushed."""
    resampler = MonoResampler(rate_hz, sample_rate_hz)
    parts = [resampler.resample(block) for block in blocks]
    return np.concatenate([*parts, resampler.flush()])


def test_every_int16_value_passes_unchanged() -> None:
    """All 65,536 values, mono and at the rate, pass unchanged."""
    every = np.arange(-32_768, 32_768).astype(np.int16)
    block = np.divide(every, 32_768, dtype=np.float32)[:, np.newaxis]
    np.testing.assert_array_equal(resampled([block], 16_000, 16_000), every)


@given(
    st.integers(1, 5_000),
    st.lists(st.integers(0, 5_000), max_size=6),
    st.sampled_from([4_000, 8_000, 16_000, 22_050, 44_100, 48_000, 192_000]),
)
def test_cutting_into_blocks_changes_no_sample(frames: int, cuts: list[int], rate_hz: int) -> None:
    """Neither a value nor the count changes, which is the duration at the new rate."""
    sound = np.random.default_rng(frames).uniform(-1, 1, (frames, 2)).astype(np.float32)
    blocks = np.split(sound, sorted(min(cut, frames) for cut in cuts))
    whole = resampled([sound], rate_hz, 16_000)
    np.testing.assert_array_equal(resampled(blocks, rate_hz, 16_000), whole)
    assert abs(len(whole) - frames * 16_000 / rate_hz) <= 0.5


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 44_100, 48_000, 96_000])
def test_a_tone_keeps_its_pitch_its_level_and_its_place(rate_hz: int) -> None:
    """1 kHz from any rate is 1 kHz, in phase, within 1 in 1,000 of full scale."""
    times = np.arange(rate_hz) / rate_hz
    tone = (0.5 * np.sin(2 * np.pi * 1_000 * times)).astype(np.float32)[:, np.newaxis]
    converted = resampled([tone], rate_hz, 16_000) / 32_768
    expected = 0.5 * np.sin(2 * np.pi * 1_000 * np.arange(16_000) / 16_000)
    inside = slice(1_000, -1_000)  # the filter rings at the abrupt start and end
    np.testing.assert_allclose(converted[inside], expected[inside], atol=1e-3)


def test_frequencies_above_half_the_new_rate_are_removed() -> None:
    """A tone at 12 kHz does not alias to 4 kHz at 16 kHz."""
    times = np.arange(48_000) / 48_000
    tone = np.sin(2 * np.pi * 12_000 * times).astype(np.float32)[:, np.newaxis]
    converted = resampled([tone], 48_000, 16_000)
    assert np.abs(converted[1_000:-1_000]).max() <= 1


@given(st.floats(-1_000, 1_000, width=32))
def test_values_are_rounded_to_the_nearest_and_clipped(value: float) -> None:
    """Values beyond full scale, 1.0, become the largest sample, and never wrap."""
    converted = resampled([np.full((1, 1), value, np.float32)], 16_000, 16_000)
    assert converted == np.clip(np.rint(np.float64(value) * 32_768), -32_768, 32_767)


def test_seven_channels_are_averaged() -> None:
    """Each of seven channels contributes a seventh."""
    block = np.array([[0.7, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, -0.7]], np.float32)
    mixed = MonoResampler(16_000, 16_000, ChannelMixer("mix", 16_000)).resample(block)
    np.testing.assert_array_equal(mixed, [3_277, -3_277])


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 96_000])
@pytest.mark.parametrize("value", [0.0, 0.1234567, 0.5 / 32_768])
def test_a_constant_source_is_constant_whatever_the_filter_makes_of_it(
    rate_hz: int, value: float
) -> None:
    """The filter swings at the start, and a value between two steps is rounded to both."""
    resampler = MonoResampler(rate_hz, 16_000)
    constant = np.float32(value)
    for _ in range(10):
        resampler.resample(np.full((rate_hz // 20, 2), constant))
        assert resampler.state == SourceState(float(constant), is_antiphase=False)
    resampler.resample(
        np.linspace(-1e-7, 1e-7, 2 * (rate_hz // 20), dtype=np.float32).reshape(-1, 2)
    )
    assert resampler.state.constant is None


def test_antiphase_is_a_state_of_the_source() -> None:
    """The samples are those of one channel."""
    sound = np.random.default_rng(2).normal(0.0, 0.1, 1_600).astype(np.float32)
    resampler = MonoResampler(16_000, 16_000)
    samples = resampler.resample(np.stack((sound, -sound), axis=1))
    np.testing.assert_array_equal(samples, np.rint(sound * 32_768))
    assert resampler.state == SourceState(None, is_antiphase=True)
