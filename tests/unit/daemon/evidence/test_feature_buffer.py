"""The buffer of log-mel frames that were computed for the classifier."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import Chunk, Pcm
from soundpost.events import Window
from soundpost.evidence.feature_buffer import FeatureBuffer
from soundpost.features import FeatureSpec, LogMel, Windower

SPEC = FeatureSpec(
    sample_rate_hz=8_000,
    frame_samples=40,
    hop_samples=16,
    fft_size=64,
    mel_bands=8,
    high_hz=3_500.0,
)
HOP = SPEC.hop_samples
LOG_MEL = LogMel(SPEC)
NOISE: Pcm = np.random.default_rng(3).integers(-3000, 3000, 20_000).astype(np.int16)

# Stretches of continuous sound: lost samples before each, its length, and its chunk size.
STRETCHES = st.lists(
    st.tuples(st.integers(1, 200), st.integers(1, 1_500), st.integers(30, 400)),
    min_size=1,
    max_size=3,
)


def buffered(
    stretches: list[tuple[int, int, int]], stride_frames: int
) -> tuple[FeatureBuffer, Pcm, list[Window]]:
    """Returns the buffered frames, the samples with silence in the gaps, and the windows."""
    windower, frames = Windower(SPEC, 12, stride_frames), FeatureBuffer(SPEC)
    windows: list[Window] = []
    samples, at = NOISE.copy(), 0
    for lost, length, size in stretches:
        samples[at : at + lost] = 0
        at += lost
        for start in range(at, at + length, size):
            chunk = Chunk(start, NOISE[start : min(start + size, at + length)], 0)
            windows += windower.window(chunk)
        at += length
    windows += windower.flush()
    for window in windows:
        frames.append(window)
    return frames, samples[:at], windows


@given(STRETCHES, st.integers(1, 12), st.integers(-300, 5_000), st.integers(0, 1_500))
def test_buffered_frames_are_equal_to_computed_ones(
    stretches: list[tuple[int, int, int]], stride_frames: int, start: int, length: int
) -> None:
    """They are those of exactly the requested samples, or None."""
    frames, samples, _ = buffered(stretches, stride_frames)
    cut = frames.cut(start, length)
    if cut is not None:
        computed = LOG_MEL.compute(samples[start : start + length])
        assert np.allclose(cut, computed, atol=1e-5, rtol=0.0)
        assert cut.shape == computed.shape


@given(STRETCHES, st.integers(1, 12), st.data())
def test_all_frames_of_classified_windows_are_found(
    stretches: list[tuple[int, int, int]], stride_frames: int, data: st.DataObject
) -> None:
    """This holds for any stride, up to the end of a stretch, with others before and after it."""
    frames, _, _ = buffered(stretches, stride_frames)
    number = data.draw(st.integers(0, len(stretches) - 1))
    end = sum(lost + length for lost, length, _ in stretches[: number + 1])
    start = end - stretches[number][1] + HOP * data.draw(st.integers(0, 30))
    if SPEC.frame_count(end - start):
        assert frames.cut(start, end - start) is not None


def test_samples_between_two_frames_are_not_found() -> None:
    """A picture of shifted samples would not be that of the clip."""
    frames, _, (window, *_) = buffered([(1, 1_000, 100)], 4)
    assert frames.cut(window.start_sample + HOP, 200) is not None
    assert frames.cut(window.start_sample + HOP + 1, 200) is None


def test_lost_samples_are_not_found() -> None:
    """The padding of a window is not found either."""
    frames, _, _ = buffered([(1, 1_000, 100), (HOP * 10, 1_000, 100)], 4)
    assert frames.cut(1, 1_000) is not None
    assert frames.cut(1, 1_000 + HOP) is None


def test_dropped_frames_are_gone_and_later_ones_are_not() -> None:
    """Memory is bounded; at most the frames of one window stay longer."""
    frames, _, _ = buffered([(1, 10_000, 100)], 4)
    frames.drop_before(5_000)
    assert frames.cut(1 + 300 * HOP, 3_000) is None
    assert frames.cut(1 + 313 * HOP, 3_000) is not None


def test_a_restarted_sample_count_empties_the_buffer() -> None:
    """Frames of other sound with the same numbers are dropped."""
    frames, samples, windows = buffered([(1, 2_000, 100)], 4)
    later = Window(9, 9 + SPEC.sample_count(12), windows[0].log_mel[::-1], -20.0, 0)
    frames.append(later)
    assert frames.cut(1, len(samples) - 1) is None
    assert np.array_equal(frames.cut(9, SPEC.sample_count(12)), later.log_mel)  # type: ignore[arg-type]  # None is unequal
