"""How long to wait before the next attempt."""

import random

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0


class Backoff:
    """Waits that double from the first to the longest, each cut by up to half at random.

    The random half ("equal jitter" in Brooker, Exponential Backoff And Jitter, AWS 2015) keeps a
    hundred posts from calling a broker in step after it was away; the other half keeps one post
    from calling it without pause.

    Args:
        first_seconds: The first wait, before it is cut.
        longest_seconds: The longest.
        rng: Where chance comes from; by default the system.
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
        """The wait before the next attempt; the one after it is longer."""
        wait = self._seconds * self._rng.uniform(0.5, 1.0)
        self._seconds = min(2.0 * self._seconds, self._longest_seconds)
        return wait

    def reset(self) -> None:
        """An attempt succeeded: start over with the shortest wait."""
        self._seconds = self._first_seconds
