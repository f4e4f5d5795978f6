"""Reading PCM from a pipe into a queue."""

import os
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.capture.live.pcm_reader import BLOCKS_PER_SECOND, PcmReader
from soundpost.capture.live.timeline import Buffer
from soundpost.recording.containers.layout import Encoding, Format

RATE_HZ = 8_000
BLOCK = RATE_HZ // BLOCKS_PER_SECOND
SOUND = Format(Encoding("signed", 2), 2, RATE_HZ, 4)
LONG_SECONDS = 60.0


class Pipe:
    """A pipe with a reader at its end."""

    def __init__(
        self, queue_seconds: float = LONG_SECONDS, *, ahead: float | None = None, drops: bool = True
    ) -> None:
        self._read_end, self._write_end = os.pipe()
        self.reader = PcmReader(self._read_end, lambda _: SOUND, queue_seconds, ahead, drops=drops)

    def write(self, data: bytes) -> None:
        """Writes all of the bytes."""
        while data:
            data = data[os.write(self._write_end, data) :]

    def end(self) -> None:
        """Closes the end that is written to."""
        os.close(self._write_end)

    def close(self) -> None:
        """Ends the reader."""
        self.reader.stop()
        assert self.reader.join()
        os.close(self._read_end)

    def buffers(self) -> list[Buffer]:
        """Returns all that is read until the pipe ends."""
        return list(self._buffers())

    def _buffers(self) -> Iterator[Buffer]:
        while not self.reader.has_ended:
            buffer = self.reader.get(0.01)
            if buffer is not None:
                yield buffer


def pcm(frames: int) -> bytes:
    """Returns stereo noise of so many frames."""
    noise = np.random.default_rng(1).integers(-32_768, 32_768, (frames, 2), np.int16)
    return noise.astype("<i2").tobytes()


@settings(max_examples=30)
@given(
    st.lists(st.integers(1, 5 * BLOCK), max_size=12), st.integers(0, 3 * BLOCK), st.integers(0, 3)
)
def test_any_split_of_the_bytes_gives_the_same_blocks(
    writes: list[int], frames: int, odd: int
) -> None:
    """A write may end within a sample; a part of a frame at the end is left out."""
    data = pcm(frames)
    pipe, rest = Pipe(), data + b"\x7f" * odd
    for size in writes:
        pipe.write(rest[:size])
        rest = rest[size:]
    pipe.write(rest)
    pipe.end()
    buffers = pipe.buffers()
    pipe.close()
    starts = list(range(0, frames, BLOCK))
    assert [buffer.start_frame for buffer in buffers] == starts
    assert [len(buffer.frames) for buffer in buffers] == [
        min(BLOCK, frames - start) for start in starts
    ]
    read = b"".join((buffer.frames * 2**15).astype("<i2").tobytes() for buffer in buffers)
    assert read == data
    assert pipe.reader.odd_bytes == odd


def test_blocks_that_do_not_fit_are_dropped() -> None:
    """The next ones that do have their own place, and the writer never waits."""
    pipe = Pipe(queue_seconds=2 / BLOCKS_PER_SECOND)
    pipe.write(pcm(5 * BLOCK))
    while pipe.reader.waiting_seconds < 2 / BLOCKS_PER_SECOND:
        time.sleep(0.01)
    pipe.write(pcm(100 * BLOCK))
    pipe.end()
    starts = [buffer.start_frame for buffer in pipe.buffers()]
    pipe.close()
    assert starts[:2] == [0, BLOCK]
    assert all(start % BLOCK == 0 for start in starts)
    assert len(starts) < 105


def test_without_dropping_the_writer_waits() -> None:
    """Nothing is lost, however slowly the blocks are taken."""
    pipe = Pipe(queue_seconds=2 / BLOCKS_PER_SECOND, drops=False)
    data = pcm(100 * BLOCK)

    def write() -> None:
        pipe.write(data)
        pipe.end()

    writer = threading.Thread(target=write)
    writer.start()
    frames = np.concatenate([buffer.frames for buffer in pipe.buffers()])
    writer.join()
    pipe.close()
    assert len(frames) == 100 * BLOCK
    assert pipe.reader.waiting_seconds == 0.0


def test_a_paced_reader_reads_only_so_far_ahead() -> None:
    """A second of sound, of which half may be ahead, takes at least half a second."""
    pipe = Pipe(ahead=0.5)
    started = time.monotonic()
    pipe.write(pcm(RATE_HZ))
    pipe.end()
    assert len(pipe.buffers()) == BLOCKS_PER_SECOND
    assert time.monotonic() - started >= 0.45
    pipe.close()


def test_a_stop_ends_a_reader_that_waits() -> None:
    """For data, for its time, and for space in the queue."""
    for pipe in (Pipe(), Pipe(ahead=0.0), Pipe(queue_seconds=0.05, drops=False)):
        pipe.write(pcm(3 * BLOCK))
        time.sleep(0.1)
        pipe.close()
        pipe.end()


def test_a_pipe_without_a_header_ends_at_once() -> None:
    """The reader has no format, and the pipe counts as ended."""
    read_end, write_end = os.pipe()
    os.close(write_end)
    reader = PcmReader(read_end, lambda _: None, 1.0, None, drops=True)
    assert reader.join()
    os.close(read_end)
    assert reader.has_ended
    assert reader.format is None
    assert reader.get(0.0) is None


@pytest.mark.parametrize("is_started", [False, True])
def test_waiting_sound_is_counted(*, is_started: bool) -> None:
    """In blocks of 50 ms."""
    pipe = Pipe()
    if is_started:
        pipe.write(pcm(2 * BLOCK + 1))
        while pipe.reader.waiting_seconds < 0.1:
            time.sleep(0.01)
    assert pipe.reader.waiting_seconds == pytest.approx(0.1 * is_started)
    pipe.close()
    pipe.end()
