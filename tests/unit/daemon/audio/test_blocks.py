"""Blocks do not depend on the size of the chunks, and never span a gap."""

import tracemalloc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import Chunk
from soundpost.audio.blocks import Blocks

SIZES = st.lists(st.integers(1, 50), min_size=1, max_size=20)


def ramp(start: int, count: int) -> Chunk:
    """Builds a chunk whose samples are their own positions."""
    return Chunk(start, np.arange(start, start + count, dtype=np.int16), 0)


@given(SIZES, st.integers(1, 40))
def test_blocks_are_those_of_the_whole(sizes: list[int], block_samples: int) -> None:
    """Chunks of any sizes give the blocks of all samples at once."""
    blocks, start, cut = Blocks(block_samples), 0, []
    for size in sizes:
        first = blocks.start_sample
        for number, block in enumerate(blocks.split(ramp(start, size))):
            assert block[0] == first + number * block_samples
            cut.append(block)
        start += size
    expected = np.arange(start - start % block_samples, dtype=np.int16)
    assert np.array_equal(np.concatenate([*cut, np.empty(0, np.int16)]), expected)
    assert blocks.start_sample == len(expected)


@given(st.integers(1, 50), st.integers(1, 30), st.integers(1, 80))
def test_a_gap_discards_the_unfinished_block(before: int, gap: int, after: int) -> None:
    """The first block after a gap starts with the first sample after it."""
    blocks = Blocks(20)
    blocks.split(ramp(0, before))
    chunk = ramp(before + gap, after)
    assert not blocks.continues(chunk)
    cut = blocks.split(chunk)
    assert len(cut) == after // 20
    assert all(block[0] == before + gap + 20 * number for number, block in enumerate(cut))


def test_a_block_is_a_copy() -> None:
    """A source may reuse the buffer of its chunks without changing a block."""
    buffer = np.zeros(10, np.int16)
    blocks = Blocks(20)
    blocks.split(Chunk(0, buffer, 0))
    buffer[:] = 7
    (block,) = blocks.split(Chunk(10, np.ones(10, np.int16), 0))
    assert block.tolist() == [0] * 10 + [1] * 10


def test_a_huge_chunk_is_not_held_in_memory() -> None:
    """Only the samples of the unfinished block are kept."""
    blocks = Blocks(320)
    tracemalloc.start()
    try:
        blocks.split(Chunk(0, np.zeros(1_000_010, np.int16), 0))
        held_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held_bytes < 100_000
