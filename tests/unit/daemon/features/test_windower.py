"""Cutting a stream into windows."""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from chunked_noise import START_NS, cut_chunks, noise
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import Chunk, Pcm, level_dbfs, samples_to_ns
from soundpost.errors import FeatureError
from soundpost.events import Window
from soundpost.features import FeatureSpec, LogMel, Windower
from soundpost.features.windower import SHARED_STRIDES

SPEC = FeatureSpec()
FRAMES, STRIDE_FRAMES = 12, 5
SAMPLES, STRIDE = SPEC.sample_count(FRAMES), STRIDE_FRAMES * SPEC.hop_samples


def build_windower() -> Windower:
    """Builds a windower with short windows, so that examples are quick."""
    return Windower(SPEC, FRAMES, STRIDE_FRAMES)


def chunks(samples: Pcm, cuts: Iterable[int] = (), start_sample: int = 0) -> Iterator[Chunk]:
    """Cuts samples into chunks with their right times."""
    return cut_chunks(samples, SPEC.sample_rate_hz, cuts, start_sample)


def windows_of(windower: Windower, chunks: Iterable[Chunk]) -> list[Window]:
    """Returns every window that the chunks complete."""
    return [window for chunk in chunks for window in windower.window(chunk)]


def same(a: Window, b: Window) -> bool:
    """Returns whether two windows are equal to the bit."""
    return np.array_equal(a.log_mel, b.log_mel) and (
        (a.start_sample, a.end_sample, a.level_dbfs, a.utc_ns)
        == (b.start_sample, b.end_sample, b.level_dbfs, b.utc_ns)
    )


@given(
    count=st.integers(0, 4 * SAMPLES),
    cuts=st.lists(st.integers(1, 4 * SAMPLES), max_size=40),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_size_of_chunks_changes_nothing(count: int, cuts: list[int], seed: int) -> None:
    """One chunk and any cuts of it give windows equal to the bit, up to the padded tail."""
    samples = noise(count, seed)
    results = []
    for edges in ([], [cut for cut in cuts if cut < count]):
        windower = build_windower()
        windows = windows_of(windower, chunks(samples, edges))
        results.append([*windows, *windower.flush()])
    whole, cut = results
    assert len(whole) == len(cut)
    assert all(same(a, b) for a, b in zip(whole, cut, strict=True))


@pytest.mark.parametrize("size", [1, 159, 160, 161, 480, 10_000])
def test_chunks_of_one_size_change_nothing(size: int) -> None:
    """Chunks of any one size, down to one sample, give the same windows."""
    samples = noise(SAMPLES + 3 * STRIDE + 17)
    windows = windows_of(build_windower(), chunks(samples, range(size, len(samples), size)))
    whole = windows_of(build_windower(), chunks(samples))
    assert len(whole) == 4
    assert all(same(a, b) for a, b in zip(windows, whole, strict=True))


@given(st.integers(0, 5 * SAMPLES), st.integers(0, 10**9))
def test_windows_stand_a_stride_apart(count: int, start_sample: int) -> None:
    """Window k starts k strides after the stretch's first sample, and none is missing."""
    windows = windows_of(build_windower(), chunks(noise(count), start_sample=start_sample))
    expected = range(start_sample, start_sample + count - SAMPLES + 1, STRIDE)
    assert [window.start_sample for window in windows] == list(expected)
    assert all(window.end_sample == window.start_sample + SAMPLES for window in windows)


def test_a_window_is_the_log_mel_of_its_samples() -> None:
    """Features, level and time are those of the samples alone, with shared frames or not."""
    samples = noise(4 * SAMPLES)
    windows = windows_of(build_windower(), chunks(samples, range(480, len(samples), 480)))
    assert len(windows) > 3
    for window in windows:
        stretch = samples[window.start_sample : window.end_sample]
        assert window.log_mel.shape == (FRAMES, 64)
        assert window.log_mel == pytest.approx(LogMel(SPEC).compute(stretch), abs=1e-6)
        assert window.level_dbfs == level_dbfs(stretch)
        assert window.utc_ns == START_NS + samples_to_ns(window.start_sample, 16_000)


def test_a_window_is_yielded_with_its_last_sample() -> None:
    """The window does not wait for a later sample."""
    windower = build_windower()
    samples = noise(SAMPLES)
    assert not windows_of(windower, chunks(samples[:-1]))
    last = Chunk(SAMPLES - 1, samples[-1:], START_NS)
    assert len(windows_of(windower, [last])) == 1


def test_a_gap_starts_a_new_stretch() -> None:
    """Windows count from the first sample after a gap, and hold no samples from before it.

    Samples from before it that were in no window yet are flushed first.
    """
    windower, stopped = build_windower(), build_windower()
    before = noise(SAMPLES + 100)
    windows_of(windower, chunks(before))
    windows_of(stopped, chunks(before))
    after = noise(SAMPLES + STRIDE, seed=1)
    tail, *windows = windows_of(windower, chunks(after, [77], start_sample=50_000))
    assert same(tail, *stopped.flush())
    assert [window.start_sample for window in windows] == [50_000, 50_000 + STRIDE]
    fresh = windows_of(build_windower(), chunks(after, start_sample=50_000))
    assert all(same(a, b) for a, b in zip(windows, fresh, strict=True))


def test_a_jump_back_starts_a_new_stretch_too() -> None:
    """A source that counts again from an earlier sample does not continue the old stretch."""
    windower = build_windower()
    windows_of(windower, chunks(noise(SAMPLES)))
    assert not windows_of(windower, chunks(noise(2), start_sample=SAMPLES - 1))


@given(st.integers(0, 4 * SAMPLES))
def test_flush_covers_the_tail(count: int) -> None:
    """Every sample is in a window; the last window is padded with silence, and only once."""
    windower = build_windower()
    samples = noise(count)
    windows = windows_of(windower, chunks(samples))
    tail = list(windower.flush())
    covered = max((window.end_sample for window in [*windows, *tail]), default=0)
    assert covered >= count
    assert len(tail) <= 1
    assert all(window.end_sample == count for window in tail)
    assert not list(windower.flush())
    for window in tail:
        padded = np.zeros(SAMPLES, np.int16)
        rest = samples[window.start_sample :]
        padded[: len(rest)] = rest
        assert window.log_mel == pytest.approx(LogMel(SPEC).compute(padded), abs=1e-6)
        assert window.utc_ns == START_NS + samples_to_ns(window.start_sample, 16_000)


def test_flush_yields_nothing_if_no_sample_is_left() -> None:
    """A recording that ends with a window is not classified a second time."""
    windower = build_windower()
    assert len(windows_of(windower, chunks(noise(SAMPLES + STRIDE)))) == 2
    assert not list(windower.flush())


def test_a_window_is_read_only() -> None:
    """Writing into a window fails, because the next one shares its frames."""
    (window,) = windows_of(build_windower(), chunks(noise(SAMPLES)))
    with pytest.raises(ValueError, match="read-only"):
        window.log_mel[0, 0] = 0.0


def test_a_window_does_not_change_later() -> None:
    """Later chunks do not change a window that was yielded."""
    windower = build_windower()
    (first,) = windows_of(windower, chunks(noise(SAMPLES)))
    kept = first.log_mel.copy()
    windows_of(windower, chunks(noise(3 * SAMPLES, seed=2), start_sample=SAMPLES))
    assert np.array_equal(first.log_mel, kept)


def test_windows_of_a_long_chunk_lie_in_few_pieces_of_memory() -> None:
    """Windows that follow each other are views of the same frames, not copies."""
    windows = windows_of(build_windower(), chunks(noise(SAMPLES + 39 * STRIDE)))
    pieces = {id(window.log_mel.base): window.log_mel.base for window in windows}
    assert len(windows) == 40
    assert len(pieces) <= len(windows) / SHARED_STRIDES
    assert sum(piece.nbytes for piece in pieces.values() if piece is not None) < sum(
        window.log_mel.nbytes for window in windows
    )


def test_no_window_is_yielded_twice_after_a_caller_stops_half_way() -> None:
    """A window that was yielded is not yielded again."""
    windower = build_windower()
    (whole,) = chunks(noise(SAMPLES + STRIDE))
    first = next(windower.window(whole))
    second = windows_of(windower, [Chunk(whole.end_sample, noise(STRIDE), START_NS)])
    assert second[0].start_sample > first.start_sample


@pytest.mark.parametrize("stride_frames", [0, -1, FRAMES + 1])
def test_an_impossible_stride_is_refused(stride_frames: int) -> None:
    """A stride that stands still, goes back or skips sound is refused."""
    with pytest.raises(FeatureError, match="expected a stride of 1 to 12 frames"):
        Windower(SPEC, FRAMES, stride_frames)


def test_windows_that_do_not_overlap_share_no_frames() -> None:
    """With a stride of a whole window, frames across the boundary belong to neither window."""
    windower = Windower(SPEC, FRAMES, FRAMES)
    samples = noise(3 * SAMPLES)
    windows = windows_of(windower, chunks(samples, [1_000]))
    hop = SPEC.hop_samples
    assert [window.start_sample for window in windows] == [0, FRAMES * hop, 2 * FRAMES * hop]
    for window in windows:
        stretch = samples[window.start_sample : window.end_sample]
        assert window.log_mel == pytest.approx(LogMel(SPEC).compute(stretch), abs=1e-6)
