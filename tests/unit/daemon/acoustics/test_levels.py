"""Levels of tones, noise, offsets and silence, of which the level is known."""

import math

import numpy as np
import pytest

from soundpost.acoustics.levels import LevelMeter, Levels
from soundpost.acoustics.weighting import a_weighting
from soundpost.audio import FULL_SCALE, SILENCE_DBFS, level_dbfs

RATE_HZ = 16_000
FULL_SCALE_SINE_DBFS = 10.0 * math.log10(0.5)


def levels_of(samples: np.ndarray, rate_hz: int = RATE_HZ, minutes: int = 1) -> list[Levels]:
    """Returns the levels of a signal, divided into minutes of equal length."""
    meter = LevelMeter(rate_hz)
    is_first, found = True, []
    for minute in np.array_split(samples, minutes):
        for start in range(0, len(minute), meter.block_samples):
            meter.add(minute[start : start + meter.block_samples], is_first=is_first)
            is_first = False
        found.append(meter.pop())
    return found


def tone(frequency_hz: float, amplitude: float, seconds: float, rate_hz: int) -> np.ndarray:
    """Returns a sine as int16; an amplitude of 1.0 is full scale."""
    turns = np.arange(round(seconds * rate_hz)) * (frequency_hz / rate_hz)
    scaled = amplitude * FULL_SCALE * np.sin(2 * np.pi * turns)
    samples: np.ndarray = np.clip(np.round(scaled), -32_768, 32_767).astype(np.int16)
    return samples


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("frequency_hz", [31.5, 125.0, 1_000.0, 3_000.0])
def test_a_tone_has_its_level_and_its_weighted_level(frequency_hz: float, rate_hz: int) -> None:
    """All A-weighted levels of a steady tone are one: the gain of the formula."""
    levels = levels_of(tone(frequency_hz, 0.5, 4.0, rate_hz), rate_hz)[0]
    expected = FULL_SCALE_SINE_DBFS + 20.0 * math.log10(0.5)
    weighted = expected + 20.0 * math.log10(a_weighting(np.array([frequency_hz]))[0])
    assert levels.leq == pytest.approx(expected, abs=0.01)
    assert levels.laeq == pytest.approx(weighted, abs=0.05)
    # Behind the first moments, in which a filter swings in, as that of any meter does.
    assert levels.laf50 == pytest.approx(weighted, abs=0.05)
    assert levels.laf90 == pytest.approx(weighted, abs=0.15)


def test_white_noise_has_the_power_of_the_weighting() -> None:
    """The mean of the squared formula up to half the rate."""
    rng = np.random.default_rng(11)
    noise = np.round(rng.normal(scale=1_000.0, size=60 * RATE_HZ)).astype(np.int16)
    levels = levels_of(noise)[0]
    gain = float(np.square(a_weighting(np.linspace(1.0, RATE_HZ / 2, 100_000))).mean())
    assert levels.leq == pytest.approx(level_dbfs(noise), abs=0.01)
    assert levels.laeq - levels.leq == pytest.approx(10.0 * math.log10(gain), abs=0.03)


def test_percentile_levels_are_exceeded_for_their_share_of_the_time() -> None:
    """A tone of three loudnesses: 20 s each, so a tenth of the time is in the loudest third."""
    parts = [tone(1_000.0, amplitude, 20.0, RATE_HZ) for amplitude in (0.5, 0.05, 0.005)]
    levels = levels_of(np.concatenate(parts))[0]
    loudest = FULL_SCALE_SINE_DBFS + 20.0 * math.log10(0.5)
    assert levels.laf10 == pytest.approx(loudest, abs=0.05)
    assert levels.laf50 == pytest.approx(loudest - 20.0, abs=0.05)
    assert levels.laf90 == pytest.approx(loudest - 40.0, abs=0.05)
    assert levels.lafmax == pytest.approx(loudest, abs=0.05)
    assert levels.laeq == pytest.approx(loudest + 10.0 * math.log10(1.0101 / 3.0), abs=0.05)


def test_digital_silence_has_the_lowest_level() -> None:
    """So does a stuck value, which is no sound; no figure is infinite, and numpy does not warn."""
    silence = Levels(*[SILENCE_DBFS] * 6)
    for value in (0, 1, -32_768, 12_345):
        assert levels_of(np.full(2 * RATE_HZ, value, np.int16))[0] == silence


def test_a_constant_offset_is_not_part_of_any_level() -> None:
    """A quiet tone on a large offset has the level of the tone, from the first moment on."""
    quiet = tone(1_000.0, 0.003, 5.0, RATE_HZ)
    expected, found = levels_of(quiet)[0], levels_of((quiet + 20_000).astype(np.int16))[0]
    assert found.leq == pytest.approx(expected.leq, abs=1e-9)
    assert found.laeq == pytest.approx(expected.laeq, abs=1e-3)
    assert found.lafmax == pytest.approx(expected.lafmax, abs=1e-3)


def test_full_scale_does_not_overflow() -> None:
    """A square wave at full scale is at 0 dBFS."""
    square = np.tile(np.repeat(np.array([32_767, -32_768], np.int16), 8), 60 * 1_000)
    assert levels_of(square)[0].leq == pytest.approx(0.0, abs=0.001)


def test_the_filters_go_on_from_one_minute_into_the_next() -> None:
    """A sound that ends with a minute decays in the next one."""
    sound = tone(1_000.0, 0.5, 5.0, RATE_HZ)
    first, second = levels_of(np.concatenate((sound, 0 * sound)), minutes=2)
    assert first.laf50 is not None
    assert second.lafmax == pytest.approx(first.laf50, abs=0.3)
    assert second.laf90 == SILENCE_DBFS
    assert second.laeq < first.laeq - 20.0


def test_less_than_a_step_of_the_time_weighting_has_no_percentile_levels() -> None:
    """Its equivalent levels are there."""
    levels = levels_of(tone(1_000.0, 0.5, 0.004, RATE_HZ))[0]
    assert levels.leq > -20.0
    assert levels.laeq > -20.0
    assert (levels.laf10, levels.laf50, levels.laf90, levels.lafmax) == (None,) * 4
