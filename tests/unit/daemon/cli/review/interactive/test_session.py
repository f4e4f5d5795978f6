"""The session: verdicts one after another, undo, figures, and another process beside it."""

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_events import add_events, event_id, review_event

from soundpost.cli.review.interactive.session import ReviewSession
from soundpost.errors import ReviewError
from soundpost.review import Decision, ReviewStore, Selection, Verdict
from soundpost.review.precision import figures_by_label


@pytest.fixture
def store(tmp_path: Path) -> ReviewStore:
    """A store with five events of a dog."""
    store = ReviewStore(tmp_path / "review.db")
    add_events(store, tmp_path, *map(review_event, range(5)))
    return store


def begin(store: ReviewStore, reviewer: str = "") -> ReviewSession:
    """Begins a review of the events without a verdict."""
    queue = store.events(Selection(verdict="none"))
    return ReviewSession(store, queue, store.events(Selection()), reviewer)


def test_a_verdict_is_stored_at_once_and_the_next_event_follows(store: ReviewStore) -> None:
    """With the name of the person."""
    session = begin(store, "anna")
    session.decide(Verdict.RIGHT)
    assert store.event(event_id(0)).reviewer == "anna"
    assert session.position == 1
    assert session.given == 1
    assert [event.event.id for event in session.upcoming] == [event_id(at) for at in (1, 2, 3)]


def test_undo_returns_to_the_event_and_its_figures(store: ReviewStore) -> None:
    """Until no verdict of the session is left; those before it stay."""
    store.record([Decision(event_id(0), Verdict.WRONG)])
    session = begin(store)
    assert session.event is not None
    session.decide(Verdict.RIGHT)
    session.decide(Verdict.UNSURE)
    assert session.figures("dog").precision == 0.5
    assert session.undo()
    assert session.undo()
    assert not session.undo()
    assert session.position == 0
    assert session.event.decision is None
    assert session.figures("dog").precision == 0.0
    assert store.event(event_id(0)).decision is not None


def test_the_own_label_makes_an_event_right(store: ReviewStore) -> None:
    """However it was typed."""
    session = begin(store)
    session.decide(Verdict.RELABELLED, "dog")
    assert store.event(event_id(0)).decision == Decision(event_id(0), Verdict.RIGHT)


def test_what_another_process_reviewed_meanwhile_is_passed_over(store: ReviewStore) -> None:
    """Its verdict is not replaced unawares, and it counts in the figures."""
    session = begin(store)
    store.record([Decision(event_id(1), Verdict.WRONG), Decision(event_id(2), Verdict.WRONG)])
    session.decide(Verdict.RIGHT)
    assert session.position == 3
    assert session.figures("dog").verdicts == {Verdict.RIGHT: 1, Verdict.WRONG: 2}


def test_behind_the_last_event_only_undo_and_back_do_something(store: ReviewStore) -> None:
    """A verdict there is of no event."""
    session = begin(store)
    for _ in range(5):
        session.decide(Verdict.RIGHT)
    assert not session.upcoming
    session.decide(Verdict.WRONG)
    session.skip()
    assert session.position == 5
    assert session.given == 5
    session.back()
    assert session.event is not None
    assert session.event.event.id == event_id(4)


def test_going_back_and_deciding_again_replaces_the_verdict(store: ReviewStore) -> None:
    """And undo brings the first one back."""
    session = begin(store)
    session.decide(Verdict.RIGHT)
    session.back()
    session.decide(Verdict.WRONG)
    assert session.figures("dog").verdicts[Verdict.RIGHT] == 0
    session.undo()
    assert store.event(event_id(0)).true_label == "dog"
    assert session.figures("dog").precision == 1.0


def test_a_verdict_that_cannot_be_stored_changes_nothing(
    store: ReviewStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event stays on the screen; another program has locked the file here."""
    monkeypatch.setattr("soundpost.review.store.database._LOCK_SECONDS", 0.1)
    session = begin(ReviewStore(tmp_path / "review.db"))
    lock = sqlite3.connect(tmp_path / "review.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(ReviewError, match="locked"):
        session.decide(Verdict.RIGHT)
    assert (session.position, session.given) == (0, 0)
    lock.close()
    session.decide(Verdict.RIGHT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ReviewStore, "undo", _refuse)
        with pytest.raises(ReviewError):
            session.undo()
    assert (session.position, session.given) == (1, 1)
    assert store.event(event_id(0)).true_label == "dog"


def _refuse(_store: ReviewStore, _action: int) -> list[str]:
    raise ReviewError("the disk is full", hint="free space")


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["y", "n", "s", "x", "u", "left", "right", "other"]), max_size=25))
def test_the_figures_are_those_of_the_store_whatever_is_pressed(keys: list[str]) -> None:
    """Also beside a process that gives verdicts of its own."""
    verdicts = {"y": Verdict.RIGHT, "n": Verdict.WRONG, "s": Verdict.UNSURE}
    with TemporaryDirectory() as name:
        opened = ReviewStore(Path(name) / "review.db")
        add_events(opened, Path(name), *map(review_event, range(4)))
        session = begin(opened)
        for turn, key in enumerate(keys):
            if key in verdicts:
                session.decide(verdicts[key])
            elif key == "x":
                session.decide(Verdict.RELABELLED, "fox")
            elif key == "u":
                session.undo()
            elif key == "left":
                session.back()
            elif key == "right":
                session.skip()
            else:
                opened.record([Decision(event_id(turn % 4), Verdict.WRONG)])
            # What another process does counts once its event is read again.
            counted = figures_by_label(session.queue)["dog"].verdicts
            assert +session.figures("dog").verdicts == +counted
        given_before = session.given
        while session.undo():
            given_before -= 1
        assert given_before == 0
        kept = [given for at in range(4) for given in opened.history(event_id(at))]
        counting = sum(given.undone_utc_ms is None for given in kept)
        assert counting == keys.count("other")
        opened.close()
