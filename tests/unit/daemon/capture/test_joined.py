"""Chunks of a file are joined, and the sound stays the same."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import Chunk
from soundpost.audio.chunk import SourceState
from soundpost.capture import ArraySource, JoinedSource
from soundpost.capture.joined import JOINED_SECONDS, joined
from soundpost.errors import CaptureError

SAMPLES = np.arange(-3_000, 3_000, dtype=np.int16)


def chunk(start: int, size: int, state: SourceState | None = None) -> Chunk:
    """Returns a chunk whose samples are its own, and whose time is its position."""
    return Chunk(start, SAMPLES[start : start + size], 1_000 * start, state)


def follow(sizes: Sequence[int]) -> list[Chunk]:
    """Returns chunks without a gap."""
    return [chunk(sum(sizes[:place]), size) for place, size in enumerate(sizes)]


@given(st.lists(st.integers(1, 200), max_size=30), st.integers(1, 700))
def test_joined_chunks_hold_the_same_sound(sizes: list[int], samples: int) -> None:
    """Without a gap all but the last one have at least as many samples as wanted."""
    chunks = follow(sizes)
    result = [each for each in joined(chunks, samples) if each is not None]
    assert sum(len(each.samples) for each in result) == sum(sizes)
    position = 0
    for each in result:
        assert each.start_sample == position
        assert each.utc_ns == 1_000 * position
        assert np.array_equal(each.samples, SAMPLES[position : position + len(each.samples)])
        position = each.end_sample
    assert all(len(each.samples) >= samples for each in result[:-1])
    assert all(len(each.samples) < samples + 200 for each in result)


def test_a_gap_is_kept() -> None:
    """Chunks before and after it are not joined."""
    result = list(joined([chunk(0, 10), chunk(10, 10), chunk(25, 10), chunk(35, 5)], 1_000))
    assert [(each.start_sample, len(each.samples)) for each in result if each] == [
        (0, 20),
        (25, 15),
    ]


def test_a_wait_is_kept_in_its_place() -> None:
    """Sound that was read is passed on before it, so that events end in time."""
    result = list(joined([chunk(0, 10), None, None, chunk(10, 10)], 1_000))
    assert [each and each.start_sample for each in result] == [0, None, None, 10]


def test_chunks_of_another_state_are_not_joined() -> None:
    """The state of the source belongs to its own samples."""
    stuck = SourceState(constant=0.5, is_antiphase=False)
    result = list(joined([chunk(0, 10), chunk(10, 10, stuck), chunk(20, 10, stuck)], 1_000))
    assert [each and each.source for each in result] == [None, stuck]
    assert [each and len(each.samples) for each in result] == [10, 20]


def test_the_sound_before_an_error_is_passed_on() -> None:
    """As without joining: a damaged file has the events before the damage."""

    def broken() -> Iterator[Chunk]:
        yield chunk(0, 10)
        yield chunk(10, 10)
        raise CaptureError("broken", hint="write it again")

    result = joined(broken(), 1_000)
    first = next(result)
    assert first is not None
    assert len(first.samples) == 20
    with pytest.raises(CaptureError, match="broken"):
        next(result)


def test_a_joined_source_has_chunks_of_eight_seconds() -> None:
    """It is opened, read and closed as the source itself."""
    samples = np.zeros(20 * 16_000, np.int16)
    source = JoinedSource(ArraySource(samples, 16_000), 16_000)
    with source:
        sizes = [len(each.samples) for each in source.chunks() if each is not None]
        source.stop()
    assert sizes == [round(JOINED_SECONDS * 16_000)] * 2 + [4 * 16_000]
