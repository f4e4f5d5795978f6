"""Cutting a stream into windows of samples."""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from chunked_noise import START_NS, cut_chunks, noise
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import Chunk, Pcm, level_dbfs, samples_to_ns
from soundpost.errors import FeatureError
from soundpost.events import WaveformWindow
from soundpost.features import WaveformWindower

RATE_HZ = 48_000
SAMPLES, STRIDE = 144, 50


def chunks(samples: Pcm, cuts: Iterable[int] = (), start_sample: int = 0) -> Iterator[Chunk]:
    """Cuts samples into chunks with their right times."""
    return cut_chunks(samples, RATE_HZ, cuts, start_sample)


def windows_of(windower: WaveformWindower, chunks: Iterable[Chunk]) -> list[WaveformWindow]:
    """Returns every window that the chunks complete, and the padded tail."""
    return [*(window for chunk in chunks for window in windower.window(chunk)), *windower.flush()]


def build_windower() -> WaveformWindower:
    """Builds a windower with windows of 3 ms, so that examples are quick."""
    return WaveformWindower(SAMPLES, STRIDE, RATE_HZ)


def same(a: WaveformWindow, b: WaveformWindow) -> bool:
    """Returns whether two windows are equal to the bit; times agree to the rounding of a chunk."""
    return (
        np.array_equal(a.samples, b.samples)
        and (a.start_sample, a.end_sample, a.level_dbfs)
        == (b.start_sample, b.end_sample, b.level_dbfs)
        and abs(a.utc_ns - b.utc_ns) <= 1
    )


@given(
    count=st.integers(0, 6 * SAMPLES),
    cuts=st.lists(st.integers(1, 6 * SAMPLES), max_size=40),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_size_of_chunks_changes_nothing(count: int, cuts: list[int], seed: int) -> None:
    """One chunk and any cuts of it give windows equal to the bit, up to the padded tail."""
    samples = noise(count, seed)
    whole = windows_of(build_windower(), chunks(samples))
    cut = windows_of(build_windower(), chunks(samples, [at for at in cuts if at < count]))
    assert len(whole) == len(cut)
    assert all(same(a, b) for a, b in zip(whole, cut, strict=True))


@given(st.integers(0, 5 * SAMPLES), st.integers(0, 10**9))
def test_windows_stand_a_stride_apart_and_cover_all_samples(count: int, start: int) -> None:
    """Window k starts k strides after the stretch's first sample; the tail is padded."""
    samples = noise(count)
    windows = windows_of(build_windower(), chunks(samples, start_sample=start))
    assert [window.start_sample - start for window in windows] == [
        number * STRIDE for number in range(len(windows))
    ]
    for window in windows:
        first, last = window.start_sample - start, window.end_sample - start
        assert np.array_equal(window.samples[: last - first], samples[first:last])
        assert not window.samples[last - first :].any()
        assert len(window.samples) == SAMPLES
    assert max((window.end_sample for window in windows), default=start) == start + count


def test_a_window_has_the_level_and_the_time_of_its_samples() -> None:
    """Both are those of the samples alone."""
    samples = noise(4 * SAMPLES)
    windows = windows_of(build_windower(), chunks(samples, range(48, len(samples), 48)))
    for window in windows[:-1]:
        assert window.level_dbfs == level_dbfs(samples[window.start_sample : window.end_sample])
        expected_ns = START_NS + samples_to_ns(window.start_sample, RATE_HZ)
        assert abs(window.utc_ns - expected_ns) <= 1


def test_a_gap_starts_a_new_stretch() -> None:
    """No window holds samples from both sides of a gap; those before it are flushed first."""
    windower = build_windower()
    first, second = noise(SAMPLES + 10), noise(SAMPLES, seed=1)
    windows = windows_of(windower, [*chunks(first), *chunks(second, start_sample=5_000)])
    assert [(window.start_sample, window.end_sample) for window in windows] == [
        (0, SAMPLES),
        (STRIDE, SAMPLES + 10),
        (5_000, 5_000 + SAMPLES),
    ]
    assert np.array_equal(windows[-1].samples, second)


def test_a_window_is_read_only_and_does_not_change_later() -> None:
    """The next window shares its samples, and a source may use its buffer again."""
    buffer = noise(SAMPLES)
    windower = build_windower()
    (window,) = windower.window(Chunk(0, buffer, START_NS))
    kept = window.samples.copy()
    buffer[:] = 0
    list(windower.window(Chunk(SAMPLES, noise(SAMPLES, seed=2), START_NS)))
    assert np.array_equal(window.samples, kept)
    with pytest.raises(ValueError, match="read-only"):
        window.samples[0] = 0


@pytest.mark.parametrize("stride_samples", [0, -1, SAMPLES + 1])
def test_an_impossible_stride_is_refused(stride_samples: int) -> None:
    """A stride that stands still, goes back or skips sound is refused."""
    with pytest.raises(FeatureError, match=f"expected a stride of 1 to {SAMPLES} samples"):
        WaveformWindower(SAMPLES, stride_samples, RATE_HZ)
