"""What was heard last, in memory."""

from collections import deque

import numpy as np

from soundpost.audio import Chunk, Pcm


class Ring:
    """The latest samples, found by their number since the start of capture.

    It holds at least `capacity_samples`, and never more than these and the latest chunk: the
    oldest are let go before a chunk is added, so whatever is decided on a chunk can still reach
    back a whole capacity from any of its samples, however large the chunk is.

    Args:
        capacity_samples: How far back it reaches.
    """

    def __init__(self, capacity_samples: int) -> None:
        self.capacity_samples = capacity_samples
        self._pieces: deque[Chunk] = deque()
        self._end_sample = 0

    @property
    def start_sample(self) -> int:
        """The first sample that is still there; `end_sample` if none is."""
        return self._pieces[0].start_sample if self._pieces else self._end_sample

    @property
    def end_sample(self) -> int:
        """One past the latest sample."""
        return self._end_sample

    def append(self, chunk: Chunk) -> None:
        """Add what was heard next; what is missing before it stays a gap.

        A chunk from before the latest sample begins a new count, and all else is forgotten.
        """
        if chunk.start_sample < self._end_sample:
            self._pieces.clear()
        self._let_go(chunk.start_sample - self.capacity_samples)
        # A copy, for the source may use its buffer again, or the chunk be a view of much more.
        self._pieces.append(Chunk(chunk.start_sample, chunk.samples.copy(), chunk.utc_ns))
        self._end_sample = chunk.end_sample

    def _let_go(self, until_sample: int) -> None:
        while self._pieces and self._pieces[0].end_sample <= until_sample:
            self._pieces.popleft()

    def cut(self, start_sample: int, end_sample: int) -> tuple[int, Pcm]:
        """What is still there of a stretch.

        Returns:
            The number of the first sample that is given, and int16[n], n maybe 0. Sound that was
            lost in between is digital silence, so that all else stands at its place.
        """
        start_sample = min(max(start_sample, self.start_sample), self._end_sample)
        end_sample = max(start_sample, min(end_sample, self._end_sample))
        samples = np.zeros(end_sample - start_sample, np.int16)
        for piece in self._pieces:
            first = max(piece.start_sample, start_sample)
            last = min(piece.end_sample, end_sample)
            if first < last:
                heard = piece.samples[first - piece.start_sample : last - piece.start_sample]
                samples[first - start_sample : last - start_sample] = heard
        return start_sample, samples
