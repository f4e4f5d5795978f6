"""Listing, bulk verdicts and undo, with labels of any characters."""

import io
import json
from pathlib import Path

import pytest
from review_events import HOSTILE_LABELS, add_events, event_id, review_event

from soundpost.cli.review.actions import export, print_queue, set_all, undo
from soundpost.errors import ReviewError
from soundpost.review import Decision, ReviewedEvent, ReviewStore, Selection, Verdict


@pytest.fixture
def store(tmp_path: Path) -> ReviewStore:
    """A store with an event of each hostile label."""
    store = ReviewStore(tmp_path / "review.db")
    add_events(store, tmp_path, *map(review_event, range(len(HOSTILE_LABELS)), HOSTILE_LABELS))
    return store


def queue(store: ReviewStore) -> list[ReviewedEvent]:
    """Returns all events."""
    return store.events(Selection())


def test_a_list_has_a_visible_line_for_each_event(store: ReviewStore) -> None:
    """No label moves the cursor or begins a line; JSON has it as it is."""
    out = io.StringIO()
    print_queue(queue(store), out, is_json=False)
    lines = out.getvalue().split("\n")
    assert len(lines) == len(HOSTILE_LABELS) + 1
    assert all(line.isprintable() for line in lines)
    out = io.StringIO()
    print_queue(queue(store), out, is_json=True)
    labels = [json.loads(line)["label"] for line in out.getvalue().splitlines()]
    assert labels == HOSTILE_LABELS


def test_a_bulk_verdict_is_one_action(store: ReviewStore) -> None:
    """It is undone as one."""
    out = io.StringIO()
    set_all(store, queue(store), "unsure", "anna", out)
    assert {event.decision.verdict for event in queue(store) if event.decision} == {Verdict.UNSURE}
    undo(store, "ben", out)
    undo(store, "anna", out)
    assert out.getvalue().splitlines() == [
        f"{len(HOSTILE_LABELS)} events are unsure; --undo takes it back",
        "there is no verdict to take back",
        f"{len(HOSTILE_LABELS)} verdicts were taken back",
    ]
    assert not any(event.decision for event in queue(store))


def test_any_other_text_is_the_right_label(store: ReviewStore) -> None:
    """It makes events of this label right."""
    set_all(store, queue(store), "鳥", "", io.StringIO())
    decisions = [event.decision for event in queue(store) if event.decision]
    assert [each.label for each in decisions if each.verdict is Verdict.RELABELLED] == ["鳥"] * (
        len(HOSTILE_LABELS) - 1
    )
    assert store.event(event_id(HOSTILE_LABELS.index("鳥"))).true_label == "鳥"


@pytest.mark.parametrize("text", ["frog", "night", "wren"])
def test_a_label_that_is_a_little_like_a_verdict_is_a_label(store: ReviewStore, text: str) -> None:
    """It need not be one of the bundle."""
    set_all(store, queue(store), text, "", io.StringIO())
    assert {event.true_label for event in queue(store)} == {text}


def test_a_misspelt_verdict_is_a_label_if_an_event_has_it(store: ReviewStore) -> None:
    """Such as one that was typed in a review."""
    first, *_ = queue(store)
    store.record([Decision(first.event.id, Verdict.RELABELLED, "rights")], "")
    set_all(store, queue(store), "rights", "", io.StringIO())
    assert {event.true_label for event in queue(store)} == {"rights"}


@pytest.mark.parametrize(
    "text", ["", " ", "none", "any", "relabelled", "rigth", "wrog", "Right", "unsur"]
)
def test_a_word_that_is_no_verdict_and_no_label_is_refused(store: ReviewStore, text: str) -> None:
    """Nothing is stored."""
    with pytest.raises(ReviewError, match="expected right, wrong, unsure or a label"):
        set_all(store, queue(store), text, "", io.StringIO())
    assert store.last_action() is None


def test_an_export_of_sounds_that_are_gone_is_an_error(store: ReviewStore, tmp_path: Path) -> None:
    """No empty folder is left."""
    set_all(store, queue(store), "right", "", io.StringIO())
    with pytest.raises(ReviewError, match="no sound to export"):
        export(queue(store), queue(store), tmp_path / "out", io.StringIO())
    assert not (tmp_path / "out").exists()
