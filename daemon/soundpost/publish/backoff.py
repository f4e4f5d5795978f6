"""How long to wait before the next attempt."""

import random

_FIRST_SECONDS = 1.0
_LONGEST_SECONDS = 60.0


class Backoff:
    """Waits that double from one second to one minute, each cut by up to half at random.

    The random half ("equal jitter" in Brooker, Exponential Backoff And Jitter, AWS 2015) keeps a
    hundred posts from calling a broker in step after it was away; the other half keeps one post
    from calling it without pause.
    """

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.SystemRandom()
        self._seconds = _FIRST_SECONDS

    def next_seconds(self) -> float:
        """The wait before the next attempt; the one after it is longer."""
        wait = self._seconds * self._rng.uniform(0.5, 1.0)
        self._seconds = min(2.0 * self._seconds, _LONGEST_SECONDS)
        return wait

    def reset(self) -> None:
        """An attempt succeeded: start over with the shortest wait."""
        self._seconds = _FIRST_SECONDS
