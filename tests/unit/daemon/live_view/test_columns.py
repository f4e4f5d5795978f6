"""Columns of a spectrogram as bytes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_view_node import RATE_HZ, SPEC, noise

from soundpost.features import FeatureSpec, LogMel
from soundpost.live_view.columns import HIDDEN, MOST, NEPERS_PER_STEP, ColumnEncoder

ENCODER = ColumnEncoder(SPEC)
COUNT = 10
LENGTH = COUNT * ENCODER.column_samples + ENCODER.reach_samples
SOUND = noise(1.0, -30.0)[:LENGTH]
NONE = np.zeros(LENGTH, np.bool_)


def test_a_column_has_the_loudest_frame_of_each_band() -> None:
    """To half a step."""
    log_mel = LogMel(SPEC).compute(SOUND)[: COUNT * 5].reshape(COUNT, 5, 64).max(axis=1)
    decoded = np.log(SPEC.log_offset) + (ENCODER.encode(SOUND, NONE) - 1.0) * NEPERS_PER_STEP
    assert np.abs(decoded - log_mel).max() <= 0.51 * NEPERS_PER_STEP
    assert (ENCODER.column_samples, ENCODER.bands) == (800, 64)


@pytest.mark.parametrize("value", [0, 32_767, -32_768])
def test_no_sound_is_beyond_the_steps(value: int) -> None:
    """Silence is shown, and not hidden; a full-scale square wave is below the highest step."""
    square = np.where(np.arange(LENGTH) % 16 < 8, value, -max(value, -32_767)).astype(np.int16)
    columns = ENCODER.encode(square, NONE)
    assert columns.min() >= 1
    assert columns.max() <= (1 if value == 0 else MOST)


@given(st.integers(0, LENGTH - 1), st.integers(1, 3_000), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_hidden_samples_have_no_part_in_any_column(start: int, length: int, seed: int) -> None:
    """Other samples in their place give the same bytes, and their columns are zero."""
    hidden = NONE.copy()
    hidden[start : start + length] = True
    other = np.random.default_rng(seed).integers(-32_768, 32_767, LENGTH).astype(np.int16)
    columns = ENCODER.encode(SOUND, hidden)
    assert np.array_equal(columns, ENCODER.encode(np.where(hidden, other, SOUND), hidden))
    for number in range(COUNT):
        at = number * ENCODER.column_samples
        is_hidden = hidden[at : at + ENCODER.column_samples + ENCODER.reach_samples].any()
        assert (columns[number] == HIDDEN).all() == is_hidden


@pytest.mark.parametrize("rate_hz", [8_000, 32_000, 48_000])
def test_columns_of_any_rate_are_about_as_long(rate_hz: int) -> None:
    """The pictures of models of waveforms have frames of the rate of capture."""
    encoder = ColumnEncoder(FeatureSpec.at_rate(rate_hz))
    assert encoder.column_samples == rate_hz // 20
    count = RATE_HZ  # any length
    samples = np.zeros(encoder.column_samples * 2 + encoder.reach_samples, np.int16)
    assert encoder.encode(samples, samples > count).shape == (2, 64)
