"""What the steward hears of the sound itself: how late it is."""

from soundpost.audio import Chunk, samples_to_ns
from soundpost.events import Scores
from soundpost.pipeline import Observer


class SoundClock:
    """Looks on at a pipeline.

    Args:
        sample_rate_hz: Rate of the chunks.
        beside: Who looks on too, if anybody.

    Attributes:
        utc_ns: When the latest sample was heard, nanoseconds since 1970 UTC; 0 before the first.
    """

    def __init__(self, sample_rate_hz: int, beside: Observer | None = None) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._beside = beside
        self.utc_ns = 0

    def on_chunk(self, chunk: Chunk) -> None:
        """Take note of what is heard next."""
        self.utc_ns = chunk.utc_ns + samples_to_ns(len(chunk.samples), self._sample_rate_hz)
        if self._beside is not None:
            self._beside.on_chunk(chunk)

    def on_scores(self, scores: Scores) -> None:
        """Take note of what the classifier makes of a window."""
        if self._beside is not None:
            self._beside.on_scores(scores)
