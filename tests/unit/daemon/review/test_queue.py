"""The order of the queue."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from review_events import event_id, review_event

from soundpost.review import Place, ReviewedEvent, ReviewEvent
from soundpost.review.event import Origin, OriginKind
from soundpost.review.queue import in_order

ORIGIN = Origin(1, OriginKind.ARCHIVE, Path("/results"), Path("/card"))


def reviewed(*events: ReviewEvent) -> list[ReviewedEvent]:
    """Returns events of one origin."""
    return [ReviewedEvent(event, ORIGIN) for event in events]


def numbers(events: list[ReviewedEvent]) -> list[int]:
    """Returns the numbers of events."""
    return [int(event.event.id[-12:], 16) for event in events]


def test_the_most_uncertain_event_is_the_nearest_to_its_own_threshold() -> None:
    """As a share of what is above the threshold, so that labels of any threshold compare."""
    events = reviewed(
        review_event(0, score=0.95, threshold=0.9),
        review_event(1, score=0.55, threshold=0.5),
        review_event(2, score=0.3, threshold=None),
        review_event(3, score=1.0, threshold=1.0),
    )
    assert numbers(in_order(events, "uncertain")) == [3, 1, 2, 0]


def test_the_highest_score_comes_first() -> None:
    """Of equal scores, the first id."""
    events = reviewed(*(review_event(at, score=0.5 + 0.1 * (at % 3)) for at in range(6)))
    assert numbers(in_order(events, "score")) == [2, 5, 1, 4, 0, 3]


def test_events_of_unknown_time_come_last() -> None:
    """In the order of their files and positions."""
    events = reviewed(
        review_event(0, place=Place("b.wav", 1.0, 2.0)),
        review_event(1, place=Place("a.wav", 5.0, 6.0)),
        review_event(2, place=Place("a.wav", 4.0, 6.0)),
        review_event(3, onset_utc_ms=200),
        review_event(4, onset_utc_ms=-100),
    )
    assert numbers(in_order(events, "time")) == [4, 3, 2, 1, 0]


@given(st.sets(st.integers(0, 99), max_size=30), st.integers())
def test_a_random_order_is_that_of_its_seed_whatever_else_is_there(
    some: set[int], seed: int
) -> None:
    """Events that are added later do not change it."""
    every = in_order(reviewed(*map(review_event, range(100))), "random", seed)
    part = in_order(reviewed(*map(review_event, sorted(some, reverse=True))), "random", seed)
    assert numbers(part) == [number for number in numbers(every) if number in some]


def test_seeds_give_different_orders() -> None:
    """And neither is that of the ids."""
    events = reviewed(*map(review_event, range(50)))
    orders = [numbers(in_order(events, "random", seed)) for seed in range(2)]
    assert orders[0] != orders[1]
    assert list(range(50)) not in orders
    assert {event.event.id for event in events} == {event_id(at) for at in range(50)}
