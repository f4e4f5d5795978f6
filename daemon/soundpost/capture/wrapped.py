"""A source that gives the sound of another one in its own way."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from soundpost.audio import Chunk
from soundpost.capture.source import Source


class WrappedSource(ABC):
    """Opens, stops and closes another source; a subclass yields its chunks.

    Args:
        source: Opened by the caller, or with this one, and closed with it.
    """

    def __init__(self, source: Source) -> None:
        self._source = source

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

    @abstractmethod
    def chunks(self) -> Iterator[Chunk | None]:
        """Yields the chunks."""
