"""The ring buffer of the latest samples, addressed by sample number."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import Chunk, Pcm
from soundpost.evidence.ring_buffer import RingBuffer

# Pairs of a gap before a chunk and the chunk's length.
STREAM = st.lists(st.tuples(st.integers(0, 30) | st.just(0), st.integers(1, 50)), max_size=20)


def filled(ring: RingBuffer, stream: list[tuple[int, int]]) -> dict[int, int]:
    """Fills the buffer; returns the value of every captured sample by its number."""
    captured: dict[int, int] = {}
    for gap, length in stream:
        start = ring.end_sample + gap
        samples = np.arange(start, start + length, dtype=np.int16) + np.int16(1)
        captured |= {start + at: int(value) for at, value in enumerate(samples)}
        ring.append(Chunk(start, samples, 0))
    return captured


@given(STREAM, st.integers(1, 200), st.integers(-10, 1500), st.integers(0, 300))
def test_a_cut_has_each_sample_at_its_place(
    stream: list[tuple[int, int]], capacity: int, start: int, length: int
) -> None:
    """Lost samples are zero; dropped and future ones are left out."""
    ring = RingBuffer(capacity)
    captured = filled(ring, stream)
    first, samples = ring.cut(start, start + length)
    assert first >= ring.start_sample
    assert first + len(samples) <= ring.end_sample
    assert samples.tolist() == [captured.get(first + at, 0) for at in range(len(samples))]
    wanted = range(max(start, ring.start_sample), min(start + length, ring.end_sample))
    assert len(samples) == len(wanted)


@given(STREAM, st.integers(1, 200))
def test_the_buffer_covers_its_capacity_before_any_sample_of_the_latest_chunk(
    stream: list[tuple[int, int]], capacity: int
) -> None:
    """A decision in the middle of a large chunk finds the same samples as with small chunks."""
    ring = RingBuffer(capacity)
    captured = filled(ring, stream)
    if stream:
        latest = ring.end_sample - stream[-1][1]
        required = [sample for sample in captured if sample >= latest - capacity]
        assert ring.start_sample <= min(required)


@given(STREAM, st.integers(1, 200))
def test_the_buffer_is_at_most_two_chunks_longer_than_its_capacity(
    stream: list[tuple[int, int]], capacity: int
) -> None:
    """These are the latest chunk, and the oldest one, which is needed in part."""
    ring = RingBuffer(capacity)
    filled(ring, stream)
    largest = max((length for _, length in stream), default=0)
    _, held = ring.cut(0, ring.end_sample)
    assert len(held) <= capacity + 2 * largest + max((gap for gap, _ in stream), default=0)


def test_an_empty_buffer_has_an_empty_cut() -> None:
    """This is the state before the first chunk."""
    start, samples = RingBuffer(100).cut(0, 50)
    assert (start, len(samples)) == (0, 0)


def test_the_buffer_copies_its_samples() -> None:
    """A source may reuse its array."""
    ring = RingBuffer(100)
    buffer: Pcm = np.ones(10, np.int16)
    ring.append(Chunk(0, buffer, 0))
    buffer[:] = 7
    assert ring.cut(0, 10)[1].tolist() == [1] * 10


def test_a_restarted_sample_count_empties_the_buffer() -> None:
    """New sound is not mixed with the old."""
    ring = RingBuffer(100)
    ring.append(Chunk(500, np.ones(50, np.int16), 0))
    ring.append(Chunk(0, np.full(20, 2, np.int16), 0))
    start, samples = ring.cut(0, 1000)
    assert (start, samples.tolist()) == (0, [2] * 20)
