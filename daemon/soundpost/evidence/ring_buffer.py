"""The latest samples, in memory."""

from collections import deque

import numpy as np

from soundpost.audio import Chunk, Pcm


class RingBuffer:
    """The latest samples, addressed by their position since the start of capture.

    It holds at least `capacity_samples`, and at most these and the latest chunk: the oldest are
    dropped before a chunk is added. So a decision about any sample of a chunk can reach back a
    whole capacity from it, however large the chunk is.

    Args:
        capacity_samples: How far back it reaches.
    """

    def __init__(self, capacity_samples: int) -> None:
        self._capacity_samples = capacity_samples
        self._pieces: deque[tuple[int, int, Pcm]] = deque()  # first, one past last, samples
        self._end_sample = 0

    @property
    def start_sample(self) -> int:
        """The first buffered sample; `end_sample` if there is none."""
        return self._pieces[0][0] if self._pieces else self._end_sample

    @property
    def end_sample(self) -> int:
        """One past the latest sample."""
        return self._end_sample

    def append(self, chunk: Chunk) -> None:
        """Adds the next chunk; samples that are missing before it stay a gap.

        A chunk that starts before the latest sample starts a new count and drops all others.
        """
        start_sample, pieces = chunk.start_sample, self._pieces
        if start_sample < self._end_sample:
            pieces.clear()
        until_sample = start_sample - self._capacity_samples
        while pieces and pieces[0][1] <= until_sample:
            pieces.popleft()
        self._end_sample = chunk.end_sample
        # A copy: the source may reuse its buffer, and the chunk may be a view of a larger array.
        pieces.append((start_sample, self._end_sample, chunk.samples.copy()))

    def cut(self, start_sample: int, end_sample: int) -> tuple[int, Pcm]:
        """Returns the buffered part of a stretch.

        Returns:
            The position of its first sample, and int16[n], n may be 0. Sound that was lost in
            between is digital silence, so that all other samples keep their places.
        """
        start_sample = min(max(start_sample, self.start_sample), self._end_sample)
        end_sample = max(start_sample, min(end_sample, self._end_sample))
        samples = np.zeros(end_sample - start_sample, np.int16)
        for piece_start, piece_end, piece in self._pieces:
            first, last = max(piece_start, start_sample), min(piece_end, end_sample)
            if first < last:
                part = piece[first - piece_start : last - piece_start]
                samples[first - start_sample : last - start_sample] = part
        return start_sample, samples
