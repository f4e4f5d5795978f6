"""The store of verdicts: the last one counts, undo is the inverse, nothing is ever lost."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_events import HOSTILE_LABELS, add_events, event_id, review_event

from soundpost.errors import ReviewError
from soundpost.review import Decision, Place, ReviewStore, Selection, Verdict, open_store
from soundpost.review.event import OriginKind

EVENTS = 4


@pytest.fixture
def store(tmp_path: Path) -> ReviewStore:
    """A store with four events of a dog."""
    opened = ReviewStore(tmp_path / "review.db")
    add_events(opened, tmp_path, *(review_event(number) for number in range(EVENTS)))
    return opened


def verdicts(store: ReviewStore) -> dict[str, Decision | None]:
    """Returns the verdict that counts for each event."""
    return {each.event.id: each.decision for each in store.events(Selection())}


def test_the_last_verdict_counts_and_undo_brings_the_one_before_back(store: ReviewStore) -> None:
    """The history has both, with the person and the time of the undo."""
    store.record([Decision(event_id(0), Verdict.RIGHT)], "anna")
    second = store.record([Decision(event_id(0), Verdict.RELABELLED, "fox")], "ben")
    reviewed = store.event(event_id(0))
    assert (reviewed.true_label, reviewed.reviewer) == ("fox", "ben")
    assert store.undo(second) == [event_id(0)]
    reviewed = store.event(event_id(0))
    assert (reviewed.true_label, reviewed.reviewer) == ("dog", "anna")
    first, last = store.history(event_id(0))
    assert (first.decision.verdict, first.reviewer, first.undone_utc_ms) == (
        Verdict.RIGHT,
        "anna",
        None,
    )
    assert last.decision.label == "fox"
    assert last.undone_utc_ms is not None
    assert last.undone_utc_ms >= last.given_utc_ms


def test_a_bulk_action_is_undone_as_a_whole_and_once(store: ReviewStore) -> None:
    """A later verdict on one of its events still counts."""
    action = store.record([Decision(event_id(at), Verdict.WRONG) for at in range(EVENTS)])
    store.record([Decision(event_id(1), Verdict.UNSURE)])
    assert len(store.undo(action)) == EVENTS
    assert store.undo(action) == []
    counted = verdicts(store)
    assert counted.pop(event_id(1)) == Decision(event_id(1), Verdict.UNSURE)
    assert set(counted.values()) == {None}


def test_the_last_action_is_that_of_the_person(store: ReviewStore) -> None:
    """Two persons do not undo each other's."""
    assert store.last_action("anna") is None
    anna = store.record([Decision(event_id(0), Verdict.RIGHT)], "anna")
    ben = store.record([Decision(event_id(1), Verdict.RIGHT)], "ben")
    assert (store.last_action("anna"), store.last_action("ben")) == (anna, ben)
    store.undo(anna)
    assert store.last_action("anna") is None


def test_a_verdict_on_an_unknown_event_stores_nothing_of_its_action(store: ReviewStore) -> None:
    """The error names the event."""
    with pytest.raises(ReviewError, match="no event nowhere"):
        store.record([Decision(event_id(0), Verdict.RIGHT), Decision("nowhere", Verdict.RIGHT)])
    assert set(verdicts(store).values()) == {None}
    with pytest.raises(ReviewError, match="no event nowhere"):
        store.event("nowhere")


def test_an_action_without_a_verdict_is_a_bug(store: ReviewStore) -> None:
    """Otherwise the last action would undo nothing."""
    with pytest.raises(ValueError, match="one verdict at least"):
        store.record([])


def test_events_that_are_imported_again_keep_their_verdicts(
    store: ReviewStore, tmp_path: Path
) -> None:
    """Their score and their place are the new ones, as those of a folder that was moved."""
    store.record([Decision(event_id(0), Verdict.RIGHT)])
    origin = store.add_origin(OriginKind.CLIPS, tmp_path / "new", tmp_path / "new")
    moved = review_event(0, score=0.95, place=Place("b.flac", 1.0, 2.0, 5, 3.0))
    assert store.add_events(origin, [moved, review_event(9)]) == 1
    found = store.event(event_id(0))
    assert (found.event, found.origin) == (moved, origin)
    assert found.true_label == "dog"
    assert found.sound_file == tmp_path / "new" / "b.flac"


def test_an_origin_gets_the_new_place_of_its_sounds(store: ReviewStore, tmp_path: Path) -> None:
    """A card may be mounted elsewhere, and a path need not be UTF-8."""
    known = store.find_origin(OriginKind.ARCHIVE, tmp_path / "results")
    assert known is not None
    elsewhere = tmp_path / "caf\udce9"
    moved = store.add_origin(OriginKind.ARCHIVE, tmp_path / "results", elsewhere)
    assert moved.number == known.number
    assert store.event(event_id(0)).origin.sounds == elsewhere
    assert store.find_origin(OriginKind.CLIPS, tmp_path / "results") is None


def test_events_are_selected_by_origin_label_name_score_and_verdict(
    store: ReviewStore, tmp_path: Path
) -> None:
    """All conditions hold at once."""
    other = store.add_origin(OriginKind.CLIPS, tmp_path / "clips", tmp_path / "clips")
    owl = review_event(7, "strix_aluco", common_name="Tawny Owl", score=0.6)
    store.add_events(other, [owl])
    store.record([Decision(event_id(0), Verdict.WRONG)])

    def ids(selection: Selection) -> list[str]:
        return [each.event.id for each in store.events(selection)]

    assert ids(Selection(origins=[other.number])) == [owl.id]
    assert ids(Selection(origins=[])) == []
    assert (
        ids(Selection(labels=["Tawny Owl"])) == ids(Selection(labels=["strix_aluco"])) == [owl.id]
    )
    assert ids(Selection(min_score=0.61)) == [event_id(at) for at in range(EVENTS)]
    assert ids(Selection(verdict=Verdict.WRONG)) == [event_id(0)]
    assert event_id(0) not in ids(Selection(verdict="none"))
    assert ids(Selection(labels=["dog"], verdict="none", min_score=1.0)) == []


@pytest.mark.parametrize("label", HOSTILE_LABELS)
def test_a_label_of_any_characters_comes_back_as_it_was(
    store: ReviewStore, tmp_path: Path, label: str
) -> None:
    """As the label of an event, of a verdict, and as the name of a person."""
    add_events(store, tmp_path, review_event(8, label))
    store.record([Decision(event_id(8), Verdict.RELABELLED, f"{label}2")], label)
    found = store.event(event_id(8))
    assert (found.event.label, found.true_label, found.reviewer) == (label, f"{label}2", label)
    assert [each.event.id for each in store.events(Selection(labels=[label]))] == [event_id(8)]


Step = tuple[str, list[int], Verdict, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["record", "record", "undo", "import", "reopen"]),
        st.lists(st.integers(0, EVENTS - 1), min_size=1, max_size=EVENTS, unique=True),
        st.sampled_from(Verdict),
        st.integers(0, 30),
    ),
    max_size=30,
)


@settings(max_examples=60)
@given(STEPS)
def test_whatever_happens_the_last_verdict_that_was_not_undone_counts(steps: list[Step]) -> None:
    """A plain list of actions, replayed, has the same verdicts; reopening changes nothing."""
    actions: list[tuple[int, dict[str, Decision]]] = []
    undone: set[int] = set()
    with TemporaryDirectory() as name:
        folder = Path(name)
        opened = ReviewStore(folder / "review.db")
        add_events(opened, folder, *(review_event(number) for number in range(EVENTS)))
        for kind, numbers, verdict, choice in steps:
            if kind == "record":
                label = f"label {choice}" if verdict is Verdict.RELABELLED else None
                given_verdicts = [Decision(event_id(at), verdict, label) for at in numbers]
                number = opened.record(given_verdicts)
                assert all(number > before for before, _ in actions)
                actions.append((number, {each.event_id: each for each in given_verdicts}))
            elif kind == "undo" and actions:
                number, own = actions[choice % len(actions)]
                assert opened.undo(number) == ([] if number in undone else sorted(own))
                undone.add(number)
            elif kind == "import":
                add_events(opened, folder, *(review_event(at, score=0.6) for at in numbers))
            elif kind == "reopen":
                opened.close()
                opened = ReviewStore(folder / "review.db")
            expected: dict[str, Decision | None] = {event_id(at): None for at in range(EVENTS)}
            for number, own in actions:
                expected |= {} if number in undone else own
            assert verdicts(opened) == expected
        for number, _ in actions[::-1]:  # undoing all is the inverse of all
            opened.undo(number)
        assert set(verdicts(opened).values()) == {None}
        kept = sum(len(opened.history(event_id(at))) for at in range(EVENTS))
        assert kept == sum(len(own) for _, own in actions)
        opened.close()


def test_a_store_is_closed_at_the_end_of_its_context(tmp_path: Path) -> None:
    """Its log (WAL) is in the file then."""
    with open_store(tmp_path / "review.db") as opened:
        add_events(opened, tmp_path, review_event(0))
    assert [path.name for path in tmp_path.iterdir()] == ["review.db"]
