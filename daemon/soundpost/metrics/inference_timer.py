"""How long the classifier takes for a window."""

import time
from bisect import bisect_left
from collections.abc import Callable
from itertools import accumulate

from soundpost.events import Scores, Window
from soundpost.metrics.family import Family, Sample

BOUNDS_SECONDS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""From a tenth of what a workstation takes for a window to more than the stride of any bundle."""

Classify = Callable[[Window], Scores]


class InferenceTimer:
    """Counts how often classifying takes how long.

    Args:
        classify: What is timed.
        now_seconds: A monotonic clock.
    """

    def __init__(
        self, classify: Classify, *, now_seconds: Callable[[], float] = time.perf_counter
    ) -> None:
        self._classify = classify
        self._now_seconds = now_seconds
        self._counts = [0] * (len(BOUNDS_SECONDS) + 1)
        self._sum_seconds = 0.0

    def classify(self, window: Window) -> Scores:
        """The scores of a window."""
        begun_seconds = self._now_seconds()
        scores = self._classify(window)
        took_seconds = self._now_seconds() - begun_seconds
        self._counts[bisect_left(BOUNDS_SECONDS, took_seconds)] += 1
        self._sum_seconds += took_seconds
        return scores

    def family(self) -> Family:
        """The histogram, each bucket with all that took no longer."""
        sums = list(accumulate(self._counts))
        bounds = [*(f"{bound:g}" for bound in BOUNDS_SECONDS), "+Inf"]
        buckets = [
            Sample(count, (("le", bound),), "_bucket")
            for bound, count in zip(bounds, sums, strict=True)
        ]
        total = [Sample(self._sum_seconds, (), "_sum"), Sample(sums[-1], (), "_count")]
        text = "How long the model took for a window."
        return Family("soundpost_classify_seconds", "histogram", text, (*buckets, *total))
