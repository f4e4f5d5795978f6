"""Each label gets a threshold that keeps its budget, with a margin, or is off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.errors import ExperimentError
from soundpost_training.field.budget.thresholds import (
    Limits,
    choose_threshold,
    choose_thresholds,
)
from soundpost_training.field.score.figures import CurvePoint, rate, share
from soundpost_training.field.score.tally import Tally

HOURS = 10.0
LIMITS = Limits(budget=0.5, told_at_least=0.5)


def points(*counts: tuple[int, int]) -> list[CurvePoint]:
    """Returns a curve of false events in ten hours, and of sounds found out of ten."""
    return [
        CurvePoint(
            threshold=round(0.1 * (index + 1), 1),
            recall=share(found, 10),
            false_events=rate(false, HOURS),
        )
        for index, (false, found) in enumerate(counts)
    ]


def test_the_lowest_threshold_within_the_budget_is_chosen() -> None:
    """The budget itself is kept; a label of its own budget may get a lower threshold."""
    curve = points((40, 10), (6, 9), (5, 8), (0, 3))
    chosen = choose_threshold("dog", curve, LIMITS)
    assert (chosen.point.threshold, chosen.budget, chosen.is_on) == (0.3, 0.5, True)
    generous = Limits(budget=0.5, budgets={"dog": 1.0})
    assert choose_threshold("dog", curve, generous).point.threshold == 0.2
    assert choose_threshold("cat", curve, generous).point.threshold == 0.3


def test_the_threshold_is_the_middle_of_those_with_the_same_recall() -> None:
    """Rounded down, and not in a dip of the recall between two of them."""
    curve = points((9, 10), (5, 8), (3, 8), (2, 8), (0, 7), (0, 8), (0, 2), (0, 0))
    assert choose_threshold("dog", curve, LIMITS).point.threshold == 0.4
    dips = points((9, 10), (5, 8), (3, 8), (2, 0), (0, 7), (0, 8), (0, 2), (0, 0))
    assert choose_threshold("dog", dips, LIMITS).point.threshold == 0.3


def test_a_label_without_annotated_sounds_gets_the_lowest_threshold() -> None:
    """Nothing is known of the scores of its sounds; the same holds if it finds none."""
    silent = [
        CurvePoint(threshold=threshold, recall=share(0, 0), false_events=rate(0, HOURS))
        for threshold in (0.2, 0.3, 0.4)
    ]
    assert choose_threshold("dog", silent, LIMITS).point.threshold == 0.2
    deaf = points((9, 0), (5, 0), (0, 0))
    assert choose_threshold("dog", deaf, LIMITS).point.threshold == 0.2


def test_a_threshold_that_keeps_the_budget_by_chance_is_not_chosen() -> None:
    """A higher one may break an event into two."""
    assert choose_threshold("dog", points((3, 10), (9, 9), (4, 8)), LIMITS).point.threshold == 0.3


def test_a_label_that_misses_its_budget_is_off() -> None:
    """At the highest threshold, which is the least bad one."""
    chosen = choose_threshold("dog", points((40, 10), (20, 9)), LIMITS)
    assert chosen.point.threshold == 0.2
    assert chosen.off_because == (
        "2.00 false events an hour at the highest threshold, 0.2, over the budget of 0.5"
    )


def test_a_label_that_finds_too_little_is_off() -> None:
    """One that is not annotated stays on: nothing is known of its recall."""
    chosen = choose_threshold("dog", points((40, 10), (0, 4)), LIMITS)
    assert not chosen.is_on
    assert chosen.off_because.startswith("recall of 40% at 0.2")
    unknown = [
        CurvePoint(threshold=0.2, recall=share(0, 0), false_events=rate(0, HOURS)),
    ]
    assert choose_threshold("dog", unknown, LIMITS).is_on


def test_no_threshold_is_below_the_lowest() -> None:
    """However quiet the negatives are."""
    tallies = {threshold: Tally(["dog"]) for threshold in (0.05, 0.1, 0.2)}
    (chosen,) = choose_thresholds(tallies, ["dog"], Limits(budget=1.0, lowest_on=0.1))
    assert chosen.point.threshold == 0.1
    with pytest.raises(ExperimentError, match=r"a lowest threshold of at most 0\.2, got 0\.5"):
        choose_thresholds(tallies, ["dog"], Limits(budget=1.0, lowest_on=0.5))


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), min_size=1, max_size=12),
    st.floats(0.0, 4.0),
    st.floats(0.0, 1.0),
)
def test_a_label_that_is_on_keeps_budget_and_recall(
    counts: list[tuple[int, int]], budget: float, told_at_least: float
) -> None:
    """With the recall of the lowest that does so; a larger budget is never stricter."""
    curve = points(*counts)
    limits = Limits(budget=budget, told_at_least=told_at_least)
    chosen = choose_threshold("dog", curve, limits)
    at = curve.index(chosen.point)
    keeps = [point.false_events.per_hour <= budget for point in curve]
    if chosen.is_on:
        assert all(keeps[at:])
        assert chosen.point.recall.value >= told_at_least
    if keeps[at]:
        lowest = next(k for k in range(at + 1) if all(keeps[k:]))
        assert chosen.point.recall.count == max(point.recall.count for point in curve[lowest:])
    larger = choose_threshold("dog", curve, Limits(budget=budget + 0.5))
    assert larger.point.threshold <= chosen.point.threshold
