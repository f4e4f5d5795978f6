"""Ends a source after some seconds of sound."""

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from soundpost.audio import Chunk
from soundpost.capture.source import Source


class BeginningSource:
    """The beginning of a source: its first samples, and no more of it is read.

    Args:
        source: Opened and closed with this one.
        samples: The number of samples.

    Attributes:
        is_cut: True once sound was left out.
    """

    def __init__(self, source: Source, samples: int) -> None:
        self._source = source
        self._samples = samples
        self.is_cut = False

    def __enter__(self) -> Self:
        self._source.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._source.__exit__(kind, error, trace)

    def stop(self) -> None:
        """Stops the source."""
        self._source.stop()

    def chunks(self) -> Iterator[Chunk | None]:
        """Yields the chunks of the source; the last one is cut.

        Raises:
            CaptureError: As the source does.
        """
        for chunk in self._source.chunks():
            if chunk is None or chunk.end_sample <= self._samples:
                yield chunk
                continue
            self.is_cut = True
            left = self._samples - chunk.start_sample
            if left > 0:
                yield Chunk(chunk.start_sample, chunk.samples[:left], chunk.utc_ns, chunk.source)
            return
