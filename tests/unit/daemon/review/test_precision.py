"""Precision of labels, and its confidence interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.review import Verdict
from soundpost.review.precision import LabelFigures, total, wilson_interval


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # R's prop.test(x, n, correct = FALSE), which is Wilson's interval.
        (10, 12, 0.5519624, 0.9530374),
        (0, 10, 0.0, 0.2775328),
        (10, 10, 0.7224672, 1.0),
        (1, 1, 0.2065493, 1.0),
        (500, 1000, 0.4690690, 0.5309310),
    ],
)
def test_the_interval_is_that_of_wilson(
    successes: int, trials: int, low: float, high: float
) -> None:
    """Against figures of another program."""
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=2e-5)


@given(st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_mirrors_its_complement(case: tuple[int, int]) -> None:
    """It never leaves 0 to 1."""
    successes, trials = case
    low, high = wilson_interval(successes, trials)
    assert 0.0 <= low <= successes / trials <= high <= 1.0
    mirrored = wilson_interval(trials - successes, trials)
    assert (1.0 - high, 1.0 - low) == pytest.approx(mirrored, abs=1e-12)


def test_unsure_events_are_reviewed_and_count_neither_way() -> None:
    """Relabelled ones count as wrong."""
    figures = LabelFigures("dog")
    given_verdicts = [Verdict.RIGHT, Verdict.RIGHT, Verdict.WRONG, Verdict.RELABELLED]
    for verdict in [*given_verdicts, Verdict.UNSURE, None]:
        figures.add(verdict)
    assert (figures.events, figures.reviewed, figures.decided) == (6, 5, 4)
    assert figures.precision == 0.5
    assert total([figures, figures]).precision == 0.5
    assert total([figures, figures]).events == 12


def test_without_a_decided_event_there_is_no_precision() -> None:
    """A share of nothing is not 0 %."""
    figures = LabelFigures("dog")
    figures.add(Verdict.UNSURE)
    assert (figures.precision, figures.interval) == (None, None)
