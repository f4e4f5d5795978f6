"""Fixed-length blocks, cut from chunks of any size."""

import numpy as np
from numpy.typing import NDArray

from soundpost.audio.chunk import Chunk, Pcm


class Blocks:
    """Cuts a stream of chunks into blocks, so that results do not depend on the chunk size.

    A gap between two chunks discards the unfinished block; the next one starts after the gap.

    Args:
        block_samples: Length of a block.

    Attributes:
        start_sample: First sample of the unfinished block.
    """

    def __init__(self, block_samples: int) -> None:
        self._block_samples = block_samples
        self._pieces: list[Pcm] = []
        self._held_samples = 0
        self.start_sample = 0

    def continues(self, chunk: Chunk) -> bool:
        """Returns whether the chunk starts where the last one ended."""
        return chunk.start_sample == self.start_sample + self._held_samples

    def split(self, chunk: Chunk) -> NDArray[np.int16]:
        """Returns the blocks that the chunk completes.

        Returns:
            int16[n, block_samples], n often 0. The first one starts at `start_sample` as it was
            before the call, or at the chunk's start after a gap. They are copies of the chunk's
            samples, because the source may reuse its buffer.
        """
        if not self.continues(chunk):
            self.restart(chunk.start_sample)
        self._pieces.append(chunk.samples.copy())
        self._held_samples += len(chunk.samples)
        count = self._held_samples // self._block_samples
        if not count:
            return np.empty((0, self._block_samples), np.int16)
        samples = np.concatenate(self._pieces)
        whole_samples = count * self._block_samples
        self._pieces = [samples[whole_samples:].copy()]  # a view would hold all samples in memory
        self._held_samples -= whole_samples
        self.start_sample += whole_samples
        return samples[:whole_samples].reshape(count, self._block_samples)

    def restart(self, start_sample: int) -> None:
        """Discards the unfinished block; the next one starts at `start_sample`."""
        self._pieces.clear()
        self._held_samples = 0
        self.start_sample = start_sample
