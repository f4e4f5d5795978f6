"""Inference time of the classifier, as a histogram."""

import time
from bisect import bisect_left
from collections.abc import Callable
from itertools import accumulate

from soundpost.events import AnyWindow, Scores

BOUNDS_SECONDS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""From a tenth of what a workstation takes for a window to more than the stride of any bundle."""

Classify = Callable[[AnyWindow], Scores]


class InferenceTimer:
    """A classifier that counts its inference times in buckets.

    Args:
        classify: The classifier.
        now_seconds: A monotonic clock.
    """

    def __init__(
        self, classify: Classify, *, now_seconds: Callable[[], float] = time.perf_counter
    ) -> None:
        self._classify = classify
        self._now_seconds = now_seconds
        self._counts = [0] * (len(BOUNDS_SECONDS) + 1)
        self.sum_seconds = 0.0

    def classify(self, window: AnyWindow) -> Scores:
        """Returns the scores of a window, and counts the time that they took."""
        started_seconds = self._now_seconds()
        scores = self._classify(window)
        duration_seconds = self._now_seconds() - started_seconds
        self._counts[bisect_left(BOUNDS_SECONDS, duration_seconds)] += 1
        self.sum_seconds += duration_seconds
        return scores

    def buckets(self) -> list[tuple[str, float]]:
        """Returns the upper bound of each bucket, and how many windows took no longer.

        The last bound is `+Inf`, so its count is that of all windows.
        """
        bounds = [*(f"{bound:g}" for bound in BOUNDS_SECONDS), "+Inf"]
        return list(zip(bounds, accumulate(self._counts), strict=True))
