"""The ring: what was heard last, by its number."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import Chunk, Pcm
from soundpost.evidence.ring_buffer import RingBuffer

# Pairs of a gap before a chunk and the chunk's length.
STREAM = st.lists(st.tuples(st.integers(0, 30) | st.just(0), st.integers(1, 50)), max_size=20)


def filled(ring: RingBuffer, stream: list[tuple[int, int]]) -> dict[int, int]:
    """The value of every sample that was ever heard, by its number."""
    heard: dict[int, int] = {}
    for gap, length in stream:
        start = ring.end_sample + gap
        samples = np.arange(start, start + length, dtype=np.int16) + np.int16(1)
        heard |= {start + at: int(value) for at, value in enumerate(samples)}
        ring.append(Chunk(start, samples, 0))
    return heard


@given(STREAM, st.integers(1, 200), st.integers(-10, 1500), st.integers(0, 300))
def test_a_cut_gives_each_sample_at_its_place(
    stream: list[tuple[int, int]], capacity: int, start: int, length: int
) -> None:
    """What was heard has its value, what was lost is zero, what is gone or to come is left out."""
    ring = RingBuffer(capacity)
    heard = filled(ring, stream)
    first, samples = ring.cut(start, start + length)
    assert first >= ring.start_sample
    assert first + len(samples) <= ring.end_sample
    assert samples.tolist() == [heard.get(first + at, 0) for at in range(len(samples))]
    wanted = range(max(start, ring.start_sample), min(start + length, ring.end_sample))
    assert len(samples) == len(wanted)


@given(STREAM, st.integers(1, 200))
def test_it_reaches_back_its_capacity_from_any_sample_of_the_latest_chunk(
    stream: list[tuple[int, int]], capacity: int
) -> None:
    """So a decision in the middle of a large chunk finds what it would have found in crumbs."""
    ring = RingBuffer(capacity)
    heard = filled(ring, stream)
    if stream:
        latest = ring.end_sample - stream[-1][1]
        still_owed = [sample for sample in heard if sample >= latest - capacity]
        assert ring.start_sample <= min(still_owed)


@given(STREAM, st.integers(1, 200))
def test_it_holds_no_more_than_its_capacity_and_two_chunks(
    stream: list[tuple[int, int]], capacity: int
) -> None:
    """Memory is bounded: the latest chunk, and the oldest one that is needed in part."""
    ring = RingBuffer(capacity)
    filled(ring, stream)
    largest = max((length for _, length in stream), default=0)
    _, held = ring.cut(0, ring.end_sample)
    assert len(held) <= capacity + 2 * largest + max((gap for gap, _ in stream), default=0)


def test_an_empty_ring_gives_nothing() -> None:
    """Before anything was heard."""
    start, samples = RingBuffer(100).cut(0, 50)
    assert (start, len(samples)) == (0, 0)


def test_it_keeps_a_copy() -> None:
    """A source may fill its buffer anew."""
    ring = RingBuffer(100)
    buffer: Pcm = np.ones(10, np.int16)
    ring.append(Chunk(0, buffer, 0))
    buffer[:] = 7
    assert ring.cut(0, 10)[1].tolist() == [1] * 10


def test_a_chunk_from_before_begins_a_new_count() -> None:
    """A source that counts anew does not mix its sound with the old."""
    ring = RingBuffer(100)
    ring.append(Chunk(500, np.ones(50, np.int16), 0))
    ring.append(Chunk(0, np.full(20, 2, np.int16), 0))
    start, samples = ring.cut(0, 1000)
    assert (start, samples.tolist()) == (0, [2] * 20)
