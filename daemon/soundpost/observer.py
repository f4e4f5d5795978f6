"""Defines the callbacks that the pipeline calls with every chunk and every window's scores."""

from soundpost.audio import Chunk
from soundpost.events import Scores


class Observer:
    """Base class of everything that follows the pipeline without changing its result.

    The methods run in the pipeline's thread, so they must return quickly. Each does nothing here;
    a subclass overrides what it needs.
    """

    def on_chunk(self, chunk: Chunk) -> None:
        """Receives a chunk from the source, before the gate."""

    def on_waiting(self) -> None:
        """Is called a few times a second while the source has no sound and waits for it."""

    def on_scores(self, scores: Scores) -> None:
        """Receives the scores of a window, before the tracker."""
