"""Exponential back-off with jitter."""

import random

FIRST_SECONDS = 1.0
"""A broker that restarts is back within seconds."""
LONGEST_SECONDS = 60.0
"""After a long outage the node is back within a minute."""


class Backoff:
    """Waits that double from the first to the longest, each shortened by up to half at random.

    The random half ("equal jitter" in Brooker, Exponential Backoff And Jitter, AWS 2015) keeps a
    hundred nodes from reconnecting in step after a broker was away; the other half keeps a node
    from reconnecting without pause.

    Args:
        first_seconds: The first wait, before it is shortened.
        longest_seconds: The longest wait.
        rng: Source of the random half; by default the system's.
    """

    def __init__(
        self,
        first_seconds: float = FIRST_SECONDS,
        longest_seconds: float = LONGEST_SECONDS,
        *,
        rng: random.Random | None = None,
    ) -> None:
        self._first_seconds = first_seconds
        self._longest_seconds = longest_seconds
        self._rng = rng or random.SystemRandom()
        self._seconds = first_seconds

    def next_seconds(self) -> float:
        """Returns the wait before the next attempt; the one after it is longer."""
        wait = self._seconds * self._rng.uniform(0.5, 1.0)
        self._seconds = min(2.0 * self._seconds, self._longest_seconds)
        return wait

    def reset(self) -> None:
        """Starts over with the shortest wait, after a success."""
        self._seconds = self._first_seconds
