"""Cutting a stream into windows."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import Chunk, Pcm, level_dbfs, samples_to_ns
from soundpost.errors import FeatureError
from soundpost.events import Window
from soundpost.features import FeatureSpec, LogMel, Windower

SPEC = FeatureSpec()
FRAMES, STRIDE_FRAMES = 12, 5
SAMPLES, STRIDE = SPEC.sample_count(FRAMES), STRIDE_FRAMES * SPEC.hop_samples
START_NS = 1_763_626_281_480_000_000


def make_windower() -> Windower:
    """Short windows, so that examples are quick."""
    return Windower(SPEC, FRAMES, STRIDE_FRAMES)


def noise(count: int, seed: int = 0) -> Pcm:
    """White noise."""
    return np.random.default_rng(seed).integers(-9_000, 9_000, count).astype(np.int16)


def chunks(samples: Pcm, cuts: Iterable[int] = (), start_sample: int = 0) -> Iterator[Chunk]:
    """The samples, cut into chunks that tell the right time."""
    for first, last in pairwise([0, *sorted(cuts), len(samples)]):
        if last > first:
            position = start_sample + first
            utc_ns = START_NS + samples_to_ns(position, SPEC.sample_rate_hz)
            yield Chunk(position, samples[first:last], utc_ns)


def listen(windower: Windower, heard: Iterable[Chunk]) -> list[Window]:
    """Every window that the chunks complete."""
    return [window for chunk in heard for window in windower.window(chunk)]


def same(one: Window, other: Window) -> bool:
    """Whether two windows are equal to the bit."""
    return np.array_equal(one.log_mel, other.log_mel) and (
        (one.start_sample, one.end_sample, one.level_dbfs, one.utc_ns)
        == (other.start_sample, other.end_sample, other.level_dbfs, other.utc_ns)
    )


@given(
    count=st.integers(0, 4 * SAMPLES),
    cuts=st.lists(st.integers(1, 4 * SAMPLES), max_size=40),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_size_of_chunks_changes_nothing(count: int, cuts: list[int], seed: int) -> None:
    """To the bit: one chunk of the whole, or any cuts of it, up to the padded tail."""
    samples = noise(count, seed)
    heard = []
    for edges in ([], [cut for cut in cuts if cut < count]):
        windower = make_windower()
        windows = listen(windower, chunks(samples, edges))
        heard.append([*windows, *windower.flush()])
    whole, cut = heard
    assert len(whole) == len(cut)
    assert all(same(one, other) for one, other in zip(whole, cut, strict=True))


@pytest.mark.parametrize("size", [1, 159, 160, 161, 480, 10_000])
def test_chunks_of_one_size_change_nothing(size: int) -> None:
    """Down to a sample at a time."""
    samples = noise(SAMPLES + 3 * STRIDE + 17)
    windows = listen(make_windower(), chunks(samples, range(size, len(samples), size)))
    whole = listen(make_windower(), chunks(samples))
    assert len(whole) == 4
    assert all(same(one, other) for one, other in zip(windows, whole, strict=True))


@given(st.integers(0, 5 * SAMPLES), st.integers(0, 10**9))
def test_windows_stand_a_stride_apart(count: int, start_sample: int) -> None:
    """Window k begins k strides after the stretch's first sample, and none is missing."""
    windows = listen(make_windower(), chunks(noise(count), start_sample=start_sample))
    expected = range(start_sample, start_sample + count - SAMPLES + 1, STRIDE)
    assert [window.start_sample for window in windows] == list(expected)
    assert all(window.end_sample == window.start_sample + SAMPLES for window in windows)


def test_a_window_is_the_log_mel_of_its_samples() -> None:
    """Shared frames or not: features, level and time are those of the stretch alone."""
    samples = noise(4 * SAMPLES)
    windows = listen(make_windower(), chunks(samples, range(480, len(samples), 480)))
    assert len(windows) > 3
    for window in windows:
        stretch = samples[window.start_sample : window.end_sample]
        assert window.log_mel.shape == (FRAMES, 64)
        assert window.log_mel == pytest.approx(LogMel(SPEC).compute(stretch), abs=1e-6)
        assert window.level_dbfs == level_dbfs(stretch)
        assert window.utc_ns == START_NS + samples_to_ns(window.start_sample, 16_000)


def test_a_window_comes_with_the_sample_that_completes_it() -> None:
    """Not a sample later."""
    windower = make_windower()
    samples = noise(SAMPLES)
    assert not listen(windower, chunks(samples[:-1]))
    last = Chunk(SAMPLES - 1, samples[-1:], START_NS)
    assert len(listen(windower, [last])) == 1


def test_a_gap_begins_anew() -> None:
    """Windows count from the first sample after it, and hold nothing from before.

    What was heard before it and was in no window yet comes first, as at the end.
    """
    windower, stopped = make_windower(), make_windower()
    before = noise(SAMPLES + 100)
    listen(windower, chunks(before))
    listen(stopped, chunks(before))
    after = noise(SAMPLES + STRIDE, seed=1)
    tail, *windows = listen(windower, chunks(after, [77], start_sample=50_000))
    assert same(tail, *stopped.flush())
    assert [window.start_sample for window in windows] == [50_000, 50_000 + STRIDE]
    fresh = listen(make_windower(), chunks(after, start_sample=50_000))
    assert all(same(one, other) for one, other in zip(windows, fresh, strict=True))


def test_a_jump_back_begins_anew_too() -> None:
    """A source that counts again from an earlier sample does not continue the old stretch."""
    windower = make_windower()
    listen(windower, chunks(noise(SAMPLES)))
    assert not listen(windower, chunks(noise(2), start_sample=SAMPLES - 1))


@given(st.integers(0, 4 * SAMPLES))
def test_finish_covers_the_tail(count: int) -> None:
    """Every sample is in some window; the last is filled up with silence, and only once."""
    windower = make_windower()
    samples = noise(count)
    windows = listen(windower, chunks(samples))
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


def test_finish_adds_nothing_when_nothing_is_left_over() -> None:
    """A recording that ends with a window is not classified a second time."""
    windower = make_windower()
    assert len(listen(windower, chunks(noise(SAMPLES + STRIDE)))) == 2
    assert not list(windower.flush())


def test_a_window_cannot_be_written_into() -> None:
    """Its frames are the next window's too."""
    (window,) = listen(make_windower(), chunks(noise(SAMPLES)))
    with pytest.raises(ValueError, match="read-only"):
        window.log_mel[0, 0] = 0.0


def test_a_window_stays_what_it_was() -> None:
    """Going on listening does not change a window that was handed out."""
    windower = make_windower()
    (first,) = listen(windower, chunks(noise(SAMPLES)))
    kept = first.log_mel.copy()
    listen(windower, chunks(noise(3 * SAMPLES, seed=2), start_sample=SAMPLES))
    assert np.array_equal(first.log_mel, kept)


def test_a_caller_who_stops_half_way_hears_no_window_twice() -> None:
    """A window that was handed out is done with."""
    windower = make_windower()
    (whole,) = chunks(noise(SAMPLES + STRIDE))
    first = next(windower.window(whole))
    second = listen(windower, [Chunk(whole.end_sample, noise(STRIDE), START_NS)])
    assert second[0].start_sample > first.start_sample


@pytest.mark.parametrize("stride_frames", [0, -1, FRAMES + 1])
def test_an_impossible_stride_is_refused(stride_frames: int) -> None:
    """Standing still, going back, or skipping sound."""
    with pytest.raises(FeatureError, match="expected a stride of 1 to 12 frames"):
        Windower(SPEC, FRAMES, stride_frames)


def test_windows_that_do_not_overlap_share_no_frames() -> None:
    """With a stride of a whole window the frames across the seam belong to neither."""
    windower = Windower(SPEC, FRAMES, FRAMES)
    samples = noise(3 * SAMPLES)
    windows = listen(windower, chunks(samples, [1_000]))
    hop = SPEC.hop_samples
    assert [window.start_sample for window in windows] == [0, FRAMES * hop, 2 * FRAMES * hop]
    for window in windows:
        stretch = samples[window.start_sample : window.end_sample]
        assert window.log_mel == pytest.approx(LogMel(SPEC).compute(stretch), abs=1e-6)
