"""Joins the chunks of a file, so that models compute many windows at once."""

from collections.abc import Iterable, Iterator

import numpy as np

from soundpost.audio import Chunk
from soundpost.capture.source import Source
from soundpost.capture.wrapped import WrappedSource
from soundpost.errors import CaptureError

JOINED_SECONDS = 8.0
"""Of sound in a chunk of a file that is read as fast as possible: a little more than a stretch of
the bundles that compute each frame once (7.7 s). It takes 2 MB as windows."""


class JoinedSource(WrappedSource):
    """A source in chunks of some seconds, for a file that is read as fast as possible.

    What comes out of the pipeline does not depend on the size of the chunks; with long ones models
    compute many windows at once. The last chunk before a wait, a gap, a change of the source's
    state, an error or the end may be shorter.

    Args:
        source: Opened and closed by the caller, or with this one.
        sample_rate_hz: Rate of its chunks.
    """

    def __init__(self, source: Source, sample_rate_hz: int) -> None:
        super().__init__(source)
        self._samples = round(JOINED_SECONDS * sample_rate_hz)

    def chunks(self) -> Iterator[Chunk | None]:
        """Yields the same sound in longer chunks.

        Raises:
            CaptureError: As the source does, after the sound before it was yielded.
        """
        return joined(self._source.chunks(), self._samples)


def joined(chunks: Iterable[Chunk | None], samples: int) -> Iterator[Chunk | None]:
    """Yields the same sound in chunks of at least as many samples, where it is unbroken."""
    parts: list[Chunk] = []
    try:
        for chunk in chunks:
            if parts and (chunk is None or not _follows(chunk, parts[-1])):
                yield _one(parts)
                parts = []
            if chunk is None:
                yield None
                continue
            parts.append(chunk)
            if chunk.end_sample - parts[0].start_sample >= samples:
                yield _one(parts)
                parts = []
    except CaptureError:
        if parts:
            yield _one(parts)
        raise
    if parts:
        yield _one(parts)


def _follows(chunk: Chunk, before: Chunk) -> bool:
    return chunk.start_sample == before.end_sample and chunk.source == before.source


def _one(parts: list[Chunk]) -> Chunk:
    first = parts[0]
    if len(parts) == 1:
        return first
    samples = np.concatenate([part.samples for part in parts])
    return Chunk(first.start_sample, samples, first.utc_ns, first.source)
