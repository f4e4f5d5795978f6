"""What was heard last, in memory."""

from collections import deque

import numpy as np

from soundpost.audio import Chunk, Pcm


class RingBuffer:
    """The latest samples, found by their number since the start of capture.

    It holds at least `capacity_samples`, and never more than these and the latest chunk: the
    oldest are let go before a chunk is added, so whatever is decided on a chunk can still reach
    back a whole capacity from any of its samples, however large the chunk is.

    Args:
        capacity_samples: How far back it reaches.
    """

    def __init__(self, capacity_samples: int) -> None:
        self.capacity_samples = capacity_samples
        self._pieces: deque[tuple[int, int, Pcm]] = deque()  # first, one past last, samples
        self._end_sample = 0

    @property
    def start_sample(self) -> int:
        """The first sample that is still there; `end_sample` if none is."""
        return self._pieces[0][0] if self._pieces else self._end_sample

    @property
    def end_sample(self) -> int:
        """One past the latest sample."""
        return self._end_sample

    def append(self, chunk: Chunk) -> None:
        """Add what was heard next; what is missing before it stays a gap.

        A chunk from before the latest sample begins a new count, and all else is forgotten.
        """
        start_sample, pieces = chunk.start_sample, self._pieces
        if start_sample < self._end_sample:
            pieces.clear()
        until_sample = start_sample - self.capacity_samples
        while pieces and pieces[0][1] <= until_sample:
            pieces.popleft()
        self._end_sample = chunk.end_sample
        # A copy, for the source may use its buffer again, or the chunk be a view of much more.
        pieces.append((start_sample, self._end_sample, chunk.samples.copy()))

    def cut(self, start_sample: int, end_sample: int) -> tuple[int, Pcm]:
        """What is still there of a stretch.

        Returns:
            The number of the first sample that is given, and int16[n], n maybe 0. Sound that was
            lost in between is digital silence, so that all else stands at its place.
        """
        start_sample = min(max(start_sample, self.start_sample), self._end_sample)
        end_sample = max(start_sample, min(end_sample, self._end_sample))
        samples = np.zeros(end_sample - start_sample, np.int16)
        for piece_start, piece_end, heard in self._pieces:
            first, last = max(piece_start, start_sample), min(piece_end, end_sample)
            if first < last:
                part = heard[first - piece_start : last - piece_start]
                samples[first - start_sample : last - start_sample] = part
        return start_sample, samples
