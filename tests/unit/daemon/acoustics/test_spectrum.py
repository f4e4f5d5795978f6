"""Sums of spectra, against scipy's spectrogram of the whole signal."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.acoustics.spectrum import SpectrumMeter, SpectrumSums
from soundpost.audio import FULL_SCALE

signal = pytest.importorskip("scipy.signal", reason="SciPy is an oracle; no device has it")

RATE_HZ = 16_000


def noise(samples: int, seed: int = 5) -> np.ndarray:
    """Returns noise as int16."""
    rng = np.random.default_rng(seed)
    return np.round(rng.normal(scale=2_000.0, size=samples)).astype(np.int16)


def amplitudes_of(samples: np.ndarray) -> np.ndarray:
    """Returns the amplitudes of all frames by scipy, float64[bins, frames]."""
    _, _, spectra = signal.spectrogram(
        samples / FULL_SCALE,
        RATE_HZ,
        "hann",
        1_024,
        512,
        detrend="constant",
        scaling="density",
        mode="complex",
    )
    amplitudes: np.ndarray = np.abs(spectra)[:-1] * np.sqrt(2.0 * RATE_HZ / 1_024)
    return amplitudes


def sums_of(*blocks: np.ndarray) -> SpectrumSums:
    """Returns the sums of a stretch in blocks."""
    meter = SpectrumMeter(RATE_HZ)
    for number, block in enumerate(blocks):
        meter.add(block, is_first=number == 0)
    return meter.pop()


@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_the_sums_are_those_of_all_frames(lengths: list[int]) -> None:
    """In whatever blocks the samples come; frames that lack samples at the end are left out."""
    samples = noise(sum(lengths) + 1_024)
    sums = sums_of(*np.split(samples, np.cumsum(lengths)))
    amplitudes = amplitudes_of(samples)
    assert (sums.frames, sums.changes) == (amplitudes.shape[1], amplitudes.shape[1] - 1)
    assert sums.amplitude == pytest.approx(amplitudes.sum(axis=1), rel=1e-9)
    assert sums.power == pytest.approx(np.square(amplitudes).sum(axis=1), rel=1e-9)
    changes = np.abs(np.diff(amplitudes, axis=1)).sum(axis=1)
    assert sums.change == pytest.approx(changes, rel=1e-9, abs=1e-15)


def test_no_frame_and_no_change_spans_a_gap() -> None:
    """The sums of two stretches are added, without the change from one to the other."""
    first, second = noise(5_000, 1), noise(4_000, 2)
    meter = SpectrumMeter(RATE_HZ)
    meter.add(first, is_first=True)
    meter.add(second, is_first=True)
    both, one, two = meter.pop(), sums_of(first), sums_of(second)
    assert both.frames == one.frames + two.frames
    assert both.changes == one.changes + two.changes
    assert both.amplitude == pytest.approx(one.amplitude + two.amplitude, rel=1e-12)
    assert both.change == pytest.approx(one.change + two.change, rel=1e-12)


def test_a_minute_begins_without_anything_of_the_one_before() -> None:
    """Its first frame begins with its first sample."""
    meter = SpectrumMeter(RATE_HZ)
    meter.add(noise(5_000, 1), is_first=True)
    meter.pop()
    meter.add(noise(4_000, 2), is_first=False)
    assert meter.pop().amplitude == pytest.approx(sums_of(noise(4_000, 2)).amplitude, rel=1e-12)


def test_a_stretch_shorter_than_a_frame_has_none() -> None:
    """There is no sum, and no failure."""
    sums = sums_of(noise(1_023))
    assert (sums.frames, sums.changes) == (0, 0)
    assert not sums.amplitude.any()


def test_a_tone_has_its_power() -> None:
    """The power of a full-scale sine is one half, spread by the window over three bins."""
    turns = np.arange(RATE_HZ) * 64 / 1_024
    sine = np.round(32_767 * np.sin(2 * np.pi * turns)).astype(np.int16)
    sums = sums_of(sine)
    assert sums.power.sum() / sums.frames == pytest.approx(0.5, rel=1e-3)
    assert sums.frequencies_hz[int(sums.power.argmax())] == 1_000.0
