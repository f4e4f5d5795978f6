"""Inference time of the classifier, as a histogram."""

import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate

from soundpost.events import AnyWindow, Scores

BOUNDS_SECONDS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""From a tenth of what a workstation takes for a window to more than the stride of any bundle."""

Classify = Callable[[AnyWindow], Scores]
ClassifyAll = Callable[[Sequence[AnyWindow]], list[Scores]]


class InferenceTimer:
    """A classifier that counts its inference times in buckets.

    Args:
        classify: The classifier, for one window.
        classify_all: The same for windows that end with one chunk; by default one after the other.
        now_seconds: A monotonic clock.
    """

    def __init__(
        self,
        classify: Classify,
        classify_all: ClassifyAll | None = None,
        *,
        now_seconds: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._classify = classify
        self._classify_all = classify_all
        self._now_seconds = now_seconds
        self._counts = [0] * (len(BOUNDS_SECONDS) + 1)
        self.sum_seconds = 0.0

    def classify(self, window: AnyWindow) -> Scores:
        """Returns the scores of a window, and counts the time that they took."""
        started_seconds = self._now_seconds()
        scores = self._classify(window)
        self._count(self._now_seconds() - started_seconds, 1)
        return scores

    def classify_all(self, windows: Sequence[AnyWindow]) -> list[Scores]:
        """Returns the scores of windows, and counts an equal share of the time for each."""
        if self._classify_all is None or len(windows) <= 1:
            return [self.classify(window) for window in windows]
        started_seconds = self._now_seconds()
        scores = self._classify_all(windows)
        self._count(self._now_seconds() - started_seconds, len(windows))
        return scores

    def _count(self, duration_seconds: float, windows: int) -> None:
        self._counts[bisect_left(BOUNDS_SECONDS, duration_seconds / windows)] += windows
        self.sum_seconds += duration_seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Returns the upper bound of each bucket, and how many windows took no longer.

        The last bound is `+Inf`, so its count is that of all windows.
        """
        bounds = [*(f"{bound:g}" for bound in BOUNDS_SECONDS), "+Inf"]
        return list(zip(bounds, accumulate(self._counts), strict=True))
