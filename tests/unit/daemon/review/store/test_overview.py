"""A store read in parts, against the same figures computed from all of its events."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from review_events import add_events, event_id, review_event

from soundpost.review import Decision, Place, ReviewStore, Selection, Verdict
from soundpost.review.label_keys import LabelSuggestions
from soundpost.review.precision import figures_by_label
from soundpost.review.queue import ORDERS, Order, in_order
from soundpost.review.store.overview import Overview, Part

EVERYTHING = Selection()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReviewStore]:
    """Provides a store with events of all kinds, some with verdicts."""
    store = ReviewStore(tmp_path / "review.db")
    events = [
        review_event(
            number,
            ("dog", "siren", "owl")[number % 3],
            score=round(0.5 + number * 37 % 50 / 100, 2),
            threshold=(None, 0.5, 0.9, 1.0)[number % 4],
            onset_utc_ms=None if number % 5 == 0 else 1_795_000_000_000 - number % 7 * 1_000,
            node=("north-gate", "barn/yard")[number % 2],
            place=Place(("a.wav", "b.wav")[number % 2], number * 2.0, number * 2.0 + 1.0),
        )
        for number in range(40)
    ]
    add_events(store, tmp_path, *events)
    store.record([Decision(event_id(number), Verdict.RIGHT) for number in (0, 3, 6)])
    store.record([Decision(event_id(1), Verdict.WRONG), Decision(event_id(2), Verdict.UNSURE)])
    for number, label in ((9, "wolf"), (12, "wolf"), (15, "fox"), (4, "alarm")):
        store.record([Decision(event_id(number), Verdict.RELABELLED, label)])
    store.undo(store.record([Decision(event_id(5), Verdict.WRONG)]))
    yield store
    store.close()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("seed", [0, 7])
def test_the_parts_are_the_queue_of_the_terminal(
    store: ReviewStore, order: Order, seed: int
) -> None:
    """In the same order, for every order."""
    overview = Overview(store)
    selection = Selection(verdict="none", min_score=0.55)
    whole = in_order(store.events(selection), order, seed)
    parts = [
        event
        for first in range(0, 45, 7)
        for event in overview.events(selection, Part(order, first, 7, seed))
    ]
    assert parts == whole
    assert overview.count(selection) == len(whole)


@pytest.mark.parametrize(
    "selection",
    [
        EVERYTHING,
        Selection(labels=["dog"]),
        Selection(verdict=Verdict.RELABELLED),
        Selection(nodes=["barn/yard"], min_score=0.7),
        Selection(nodes=["nowhere"]),
        Selection(origins=[]),
    ],
)
def test_figures_and_labels_are_those_of_all_events(
    store: ReviewStore, selection: Selection
) -> None:
    """Computed by SQL here, and from the events there."""
    overview, events = Overview(store), store.events(selection)
    summary = overview.summary(selection)
    assert summary.figures == figures_by_label(events)
    assert summary.nodes == sorted({event.event.node for event in events})
    ids = [(event.event.id, event.event.label) for event in events]
    assert overview.ids(selection, 100) == ids
    assert overview.ids(selection, 3) == ids[:3]
    expected, found = LabelSuggestions.of_events(events), summary.labels
    assert found.all == expected.all
    for label in ("dog", "siren", "unheard"):
        assert found.keys_of(label) == expected.keys_of(label)


def test_a_node_chooses_its_events(store: ReviewStore) -> None:
    """A source is a node of its own."""
    overview = Overview(store)
    assert overview.count(Selection(nodes=["barn/yard"])) == 20
    assert overview.count(Selection(nodes=["barn"])) == 0


def test_verdicts_and_folders_of_some_events(store: ReviewStore) -> None:
    """Those that were undone count no more, and ids that are not there are left out."""
    overview = Overview(store)
    ids = [event_id(number) for number in (0, 1, 5, 9, 999)]
    assert overview.decisions(ids) == {
        event_id(0): Decision(event_id(0), Verdict.RIGHT),
        event_id(1): Decision(event_id(1), Verdict.WRONG),
        event_id(9): Decision(event_id(9), Verdict.RELABELLED, "wolf"),
    }
    assert overview.origins_of(ids) == dict.fromkeys(ids[:4], 1)
    assert overview.decisions([]) == {}


def test_an_action_of_another_person_is_not_undone(store: ReviewStore) -> None:
    """The action stays if another person is stated."""
    action = store.record([Decision(event_id(20), Verdict.RIGHT)], "anna")
    assert store.undo(action, "bert") == []
    assert store.undo(action, "anna") == [event_id(20)]
