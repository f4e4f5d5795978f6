"""The histogram of inference times."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.events import AnyWindow, Scores, Window
from soundpost.metrics import InferenceTimer
from soundpost.metrics.inference_timer import BOUNDS_SECONDS

WINDOW = Window(0, 1, np.zeros((1, 1), np.float32), -20.0, 0)
SCORES = Scores(WINDOW, np.zeros(1, np.float32))


@given(st.lists(st.integers(0, 3_000_000)))
def test_the_histogram_counts_every_window_once(durations_microseconds: list[int]) -> None:
    """Each bucket holds the windows that took no longer than its bound; the last one holds all."""
    now = [0.0]
    durations = iter(durations_microseconds)

    def classify(_: AnyWindow) -> Scores:
        now[0] += next(durations) / 1e6
        return SCORES

    timer = InferenceTimer(classify, now_seconds=lambda: now[0])
    for _ in durations_microseconds:
        assert timer.classify(WINDOW) is SCORES
    buckets = timer.buckets()
    assert [bound for bound, _ in buckets[-2:]] == ["1", "+Inf"]
    for (_, count), bound in zip(buckets, BOUNDS_SECONDS, strict=False):
        at_most = [took for took in durations_microseconds if took / 1e6 <= bound + 1e-9]
        at_least = [took for took in durations_microseconds if took / 1e6 <= bound - 1e-9]
        assert len(at_least) <= count <= len(at_most)
    assert buckets[-1][1] == len(durations_microseconds)
    assert timer.sum_seconds == pytest.approx(sum(durations_microseconds) / 1e6)


def test_windows_that_are_classified_together_share_the_time() -> None:
    """Each is counted with an equal part of it."""
    now = [0.0]

    def classify_all(windows: Sequence[AnyWindow]) -> list[Scores]:
        now[0] += 0.8
        return [SCORES] * len(windows)

    timer = InferenceTimer(lambda _: SCORES, classify_all, now_seconds=lambda: now[0])
    assert timer.classify_all([WINDOW] * 8) == [SCORES] * 8
    assert dict(timer.buckets())["0.1"] == dict(timer.buckets())["+Inf"] == 8
    assert dict(timer.buckets())["0.05"] == 0
    assert timer.sum_seconds == pytest.approx(0.8)


def test_windows_are_classified_one_by_one_by_a_classifier_that_has_no_other_way() -> None:
    """One window of a chunk, the usual case, is timed as before."""
    timer = InferenceTimer(lambda _: SCORES)
    assert timer.classify_all([WINDOW, WINDOW]) == [SCORES, SCORES]
    assert timer.buckets()[-1] == ("+Inf", 2)
