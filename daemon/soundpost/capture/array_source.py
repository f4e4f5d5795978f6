"""A source of samples that are in memory."""

import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from soundpost.audio import Chunk, Pcm, samples_to_ns

CHUNK_SECONDS = 0.05  # the length of a microphone's buffers


class ArraySource:
    """Yields samples from memory, chunk by chunk.

    Args:
        samples: int16[n].
        rate_hz: Their rate.
    """

    def __init__(self, samples: Pcm, rate_hz: int) -> None:
        self._samples = samples
        self._rate_hz = rate_hz
        self._chunk_samples = round(CHUNK_SECONDS * rate_hz)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def chunks(self) -> Iterator[Chunk]:
        """Yields all samples once, as fast as they are taken; their times begin now."""
        now_ns = time.time_ns()
        for start in range(0, len(self._samples), self._chunk_samples):
            yield Chunk(
                start,
                self._samples[start : start + self._chunk_samples],
                now_ns + samples_to_ns(start, self._rate_hz),
            )

    def stop(self) -> None:
        """Does nothing: this source never waits."""
