"""The capture time of the latest sample."""

from soundpost.audio import Chunk, samples_to_ns
from soundpost.observer import Observer


class SoundClock(Observer):
    """Keeps the capture time of the latest sample.

    Args:
        sample_rate_hz: Rate of the chunks.

    Attributes:
        utc_ns: Capture time of the latest sample, nanoseconds since 1970 UTC; 0 before the first.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._sample_rate_hz = sample_rate_hz
        self.utc_ns = 0

    def on_chunk(self, chunk: Chunk) -> None:
        """Moves on to the end of the chunk."""
        self.utc_ns = chunk.utc_ns + samples_to_ns(len(chunk.samples), self._sample_rate_hz)
