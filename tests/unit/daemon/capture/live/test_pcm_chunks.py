"""Placing the blocks of a pipe on the count of samples."""

import logging
from itertools import pairwise

import numpy as np
import pytest

from soundpost.audio import Chunk
from soundpost.capture.live.pcm_chunks import PcmChunks
from soundpost.capture.live.timeline import Buffer, SamplePosition
from soundpost.errors import CaptureError
from soundpost.health import Health
from soundpost.recording.containers.layout import Encoding, Format

RATE_HZ = 16_000
BLOCK = 800
SECOND_NS = 1_000_000_000


class FakeReader:
    """A reader that knows its format, and has further blocks.

    Args:
        buffers: The blocks that wait.
    """

    format = Format(Encoding("signed", 2), 1, RATE_HZ, 2)

    def __init__(self, buffers: list[Buffer]) -> None:
        self._buffers = buffers

    def get(self, _timeout_seconds: float) -> Buffer | None:
        """Returns the next block."""
        return self._buffers.pop(0) if self._buffers else None


def place(chunks: PcmChunks, at_seconds: list[float], waiting: int = 0) -> list[Chunk]:
    """Places blocks that arrive at these times, of which some wait behind the first."""
    frames = np.full((BLOCK, 1), 0.5, np.float32)
    buffers = [
        Buffer(number * BLOCK, frames, round(seconds * SECOND_NS), has_overflowed=False)
        for number, seconds in enumerate(at_seconds)
    ]
    reader = FakeReader(buffers[1 : 1 + waiting])
    placed: list[Chunk] = []
    for buffer in [buffers[0], *buffers[1 + waiting :]]:
        placed += chunks.place(buffer, reader)  # type: ignore[arg-type]  # has all that is used
    return placed


def test_sound_that_is_lost_for_good_becomes_one_gap(caplog: pytest.LogCaptureFixture) -> None:
    """A writer that lost 3 s goes on in real time: after 10 s the loss is certain."""
    health = Health()
    chunks = PcmChunks("pcm:-", RATE_HZ, "auto", health)
    times = [0.05 * number for number in range(1, 101)]
    times += [times[-1] + 3.0 + 0.05 * number for number in range(1, 401)]
    with caplog.at_level(logging.WARNING):
        placed = place(chunks, times)
    gaps = [
        after.start_sample - before.end_sample
        for before, after in pairwise(placed)
        if after.start_sample != before.end_sample
    ]
    assert gaps == [pytest.approx(3.0 * RATE_HZ, abs=BLOCK)]
    assert (health.overflows, health.dropped_samples) == (1, gaps[0])
    assert caplog.text.count("3.0 s of sound were lost") == 1
    assert placed[-1].end_sample / RATE_HZ == pytest.approx(times[-1], abs=0.06)


def test_a_pause_that_is_made_up_for_is_no_gap() -> None:
    """A network that stalls for 5 s and then delivers all has lost nothing."""
    health = Health()
    times = [0.05 * number for number in range(1, 101)]
    times += [10.0] * 100 + [10.0 + 0.05 * number for number in range(1, 401)]
    placed = place(PcmChunks("pcm:-", RATE_HZ, "auto", health), times)
    assert placed[-1].end_sample == len(times) * BLOCK
    assert health.overflows == 0


def test_a_recording_continues_another_one() -> None:
    """The time between the two is a gap, and the end moves on."""
    follows = SamplePosition(1_000, 10 * SECOND_NS)
    chunks = PcmChunks("pcm:-", RATE_HZ, "auto", Health(), follows)
    assert chunks.end == follows
    placed = place(chunks, [12.05])
    assert placed[0].start_sample == 1_000 + 2 * RATE_HZ
    assert chunks.end is not None
    assert chunks.end.sample == placed[0].end_sample


def test_sound_that_waited_behind_the_first_block_was_captured_before() -> None:
    """A decoder that inspects a second delivers it at once: the gap before it is shorter."""
    follows = SamplePosition(0, 0)
    chunks = PcmChunks("pcm:-", RATE_HZ, "auto", Health(), follows)
    times = [10.0] * 20 + [10.05]
    placed = place(chunks, times, waiting=19)
    assert placed[0].start_sample == pytest.approx(9 * RATE_HZ, abs=1)
    assert placed[-1].end_sample == pytest.approx(10.05 * RATE_HZ, abs=1)
    assert len(placed) == len(times)


def test_a_missing_channel_is_an_error() -> None:
    """It names the source."""
    with pytest.raises(CaptureError, match="pcm:-: expected at least 2 channels"):
        place(PcmChunks("pcm:-", RATE_HZ, "right", Health()), [0.05])


def test_the_rest_is_flushed_at_the_end() -> None:
    """A resampler holds back sound; with it all of the duration comes."""
    chunks = PcmChunks("pcm:-", 8_000, "auto", Health())
    placed = place(chunks, [0.05 * number for number in range(1, 11)])
    placed += chunks.flush()
    assert sum(len(chunk.samples) for chunk in placed) == 10 * BLOCK // 2
    assert chunks.description == "pcm:-: 16000 Hz, channel 1 of 1"


def test_without_a_block_there_is_nothing() -> None:
    """Neither an end nor a rest."""
    chunks = PcmChunks("pcm:-", RATE_HZ, "auto", Health())
    assert chunks.end is None
    assert list(chunks.flush()) == []
