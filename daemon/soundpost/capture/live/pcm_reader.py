"""A thread that reads PCM from a pipe into a queue, in blocks with their arrival times."""

import math
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from threading import Thread

from soundpost.capture.live.timeline import Buffer
from soundpost.capture.live.timestamps import MAX_DRIFT_DIVISOR
from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.layout import Format
from soundpost.recording.decoders.decoder import Block
from soundpost.recording.decoders.samples import to_float

BLOCKS_PER_SECOND = 20
"""A block lasts 50 ms, as a buffer of the microphone."""
WAIT_SECONDS = 0.05
"""Longest sleep, a block: `stop` ends the thread after it."""
JOIN_SECONDS = 5.0
"""The thread ends a moment after its pipe."""

SPEED = 1.0 + 1.0 / MAX_DRIFT_DIVISOR
"""Pace of a paced reader: the clock of a live source may be this much faster than the machine's."""

ReadFormat = Callable[[ByteStream], Format | None]
"""Reads the format of the sound from its header; None if there is none."""


class PcmReader:
    """Reads a pipe in a thread, so that its writer need not wait for the pipeline.

    Blocks have one length whatever the writes of the other side, and only the last one is shorter.
    A part of a frame at the end is left out.

    Args:
        descriptor: The pipe; closed by the caller, after `join`.
        read_format: Returns the format.
        queue_seconds: The most sound that may wait.
        ahead_seconds: The most sound that is read ahead of real time, counted from the first block;
            None for no limit.
        drops: True to drop a block that does not fit into the queue, False to let its writer wait.

    Attributes:
        format: The format; None until its header was read.
        odd_bytes: Bytes at the end that are not a whole frame.
    """

    def __init__(
        self,
        descriptor: int,
        read_format: ReadFormat,
        queue_seconds: float,
        ahead_seconds: float | None,
        *,
        drops: bool,
    ) -> None:
        self.format: Format | None = None
        self.odd_bytes = 0
        # The owner of the reader decides how long a header may take, and stops it.
        self._stream = ByteStream(descriptor, None, self._is_stopped, stall_seconds=math.inf)
        self._read_format = read_format
        self._queue_blocks = max(1, round(queue_seconds * BLOCKS_PER_SECOND))
        self._ahead_seconds = ahead_seconds
        self._drops = drops
        self._queue: SimpleQueue[Buffer] = SimpleQueue()
        self._stopping = False
        self._thread = Thread(target=self._run, name="pcm reader", daemon=True)
        self._thread.start()

    @property
    def waiting_seconds(self) -> float:
        """Sound that waits in the queue."""
        return self._queue.qsize() / BLOCKS_PER_SECOND

    @property
    def has_ended(self) -> bool:
        """True once the pipe has ended and all its sound was taken."""
        return not self._thread.is_alive() and self._queue.empty()

    def get(self, timeout_seconds: float) -> Buffer | None:
        """Returns the next block, or None if there is none in this time."""
        try:
            return self._queue.get(timeout=timeout_seconds)
        except Empty:
            return None

    def stop(self) -> None:
        """Ends the thread within 0.1 s; takes no lock."""
        self._stopping = True

    def join(self) -> bool:
        """Waits for the end of the thread, and returns whether it came."""
        self._thread.join(JOIN_SECONDS)
        return not self._thread.is_alive()

    def _is_stopped(self) -> bool:
        return self._stopping

    def _run(self) -> None:
        sound = self._read_format(self._stream)
        if sound is None:
            return
        self.format = sound
        self._stream.forget()
        start_frame, first_seconds = 0, None
        for frames in self._blocks(sound):
            first_seconds = first_seconds or time.monotonic()
            end_frame = start_frame + len(frames)
            if self._ahead_seconds is not None:
                duration_seconds = end_frame / sound.rate_hz / SPEED
                self._wait_until(first_seconds + duration_seconds - self._ahead_seconds)
            while not self._drops and self._is_full() and not self._stopping:
                time.sleep(WAIT_SECONDS)
            if not self._is_full():
                arrived_ns = time.monotonic_ns()
                self._queue.put(Buffer(start_frame, frames, arrived_ns, has_overflowed=False))
            start_frame = end_frame

    def _wait_until(self, due_seconds: float) -> None:
        while not self._stopping and (left_seconds := due_seconds - time.monotonic()) > 0:
            time.sleep(min(WAIT_SECONDS, left_seconds))

    def _is_full(self) -> bool:
        return self._queue.qsize() >= self._queue_blocks

    def _blocks(self, sound: Format) -> Iterator[Block]:
        """Yields blocks of 50 ms, and the rest at the end."""
        block_bytes = max(1, sound.rate_hz // BLOCKS_PER_SECOND) * sound.frame_bytes
        pending = b""
        while not self._stopping:
            data = self._stream.read_available(block_bytes - len(pending))
            if data == b"":
                break
            pending += data or b""
            if len(pending) == block_bytes:
                yield to_float(pending, sound)
                pending = b""
        self.odd_bytes = len(pending) % sound.frame_bytes
        whole = pending[: len(pending) - self.odd_bytes]
        if whole and not self._stopping:
            yield to_float(whole, sound)
