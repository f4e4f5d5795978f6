"""Onset and offset of a sound inside a window."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.decide.onset import CONTEXT_FRAMES, offset_frame, onset_frame
from soundpost.features import FeatureSpec, LogMel

FRAMES = 192


def noise_window(seed: int, *, onset_sample: int = 0, step_db: float = 0.0) -> np.ndarray:
    """Returns the log-mel of white noise that grows by `step_db` at a sample."""
    spec = FeatureSpec()
    signal = np.random.default_rng(seed).normal(0, 300.0, spec.sample_count(FRAMES))
    signal[onset_sample:] *= 10 ** (step_db / 20)
    return LogMel(spec).compute(np.clip(signal, -32768, 32767).astype(np.int16))


@given(seed=st.integers(0, 10_000))
def test_steady_noise_has_its_onset_in_the_middle(seed: int) -> None:
    """Without a rise the onset is the middle of the window, for any noise."""
    assert onset_frame(noise_window(seed)) == FRAMES // 2


@given(seed=st.integers(0, 10_000), frame=st.integers(2 * CONTEXT_FRAMES, FRAMES - 20))
def test_a_rise_of_12_db_is_found_within_30_ms(seed: int, frame: int) -> None:
    """The onset of a step in the level of noise is found within three frames."""
    log_mel = noise_window(seed, onset_sample=frame * 160, step_db=12.0)
    assert abs(onset_frame(log_mel) - frame) <= 3


@given(seed=st.integers(0, 10_000), frame=st.integers(20, FRAMES - 2 * CONTEXT_FRAMES))
def test_an_offset_is_the_onset_of_the_reversed_window(seed: int, frame: int) -> None:
    """A fall is found like a rise."""
    log_mel = noise_window(seed, onset_sample=frame * 160, step_db=12.0)
    assert offset_frame(log_mel[::-1]) == FRAMES - onset_frame(log_mel)


def test_a_window_shorter_than_its_context_has_its_onset_in_the_middle() -> None:
    """A bundle with tiny windows causes no error."""
    assert onset_frame(np.zeros((8, 64), np.float32)) == 4
