"""Ends a source after some seconds of sound."""

from collections.abc import Iterator

from soundpost.audio import Chunk
from soundpost.capture.source import Source
from soundpost.capture.wrapped import WrappedSource


class BeginningSource(WrappedSource):
    """The beginning of a source: its first samples, and no more of it is read.

    Args:
        source: Opened and closed with this one.
        samples: The number of samples.

    Attributes:
        is_cut: True once sound was left out.
    """

    def __init__(self, source: Source, samples: int) -> None:
        super().__init__(source)
        self._samples = samples
        self.is_cut = False

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
