"""Queues and verdicts of the page, in the store of the terminal."""

from pathlib import Path

import pytest
from review_events import add_events, event_id, review_event, write_event_clip

from soundpost.errors import ReviewError
from soundpost.review import Decision, Verdict, open_store
from soundpost_web.clips.cache import ClipCache
from soundpost_web.clips.folders import ClipFolders
from soundpost_web.review import desk as desk_module
from soundpost_web.review.desk import ReviewDesk
from soundpost_web.review.form import PAGE_EVENTS, ReviewForm
from soundpost_web.review.importer import ClipImporter

EVENTS = 60


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Provides a store with the clips of a folder, and an event of an archive."""
    path = tmp_path / "review.db"
    for number in range(EVENTS):
        write_event_clip(tmp_path / "clips", number, ("dog", "siren")[number % 2])
    with open_store(path) as store:
        add_events(store, tmp_path, review_event(900))
    return path


@pytest.fixture
def desk(store: Path, tmp_path: Path) -> ReviewDesk:
    """Provides the desk of a page with that folder."""
    folders = ClipFolders(tmp_path / "clips", {}, ClipCache(tmp_path / "cache", 10))
    assert ClipImporter(store, folders).refresh(60.0)
    return ReviewDesk(store, folders)


def test_a_queue_has_the_clips_of_the_page_only(desk: ReviewDesk) -> None:
    """The store may have events of other folders, whose files are none of this page."""
    queue = desk.queue(ReviewForm(order="time"), "anna")
    assert queue.total == EVENTS
    assert [event.event.id for event in queue.events] == [event_id(n) for n in range(PAGE_EVENTS)]
    rest = desk.queue(ReviewForm(order="time", first=PAGE_EVENTS), "anna")
    assert [event.event.id for event in rest.events] == [event_id(n) for n in range(50, 60)]
    assert set(queue.summary.figures) == {"dog", "siren"}
    assert desk.queue(ReviewForm(event=event_id(900)), "anna").total == EVENTS
    for suffix in (".flac", ".json"):
        with pytest.raises(OSError, match=event_id(900)):
            desk.open_file(event_id(900), suffix)


def test_an_event_of_the_address_is_shown_first(desk: ReviewDesk) -> None:
    """Also if it is not in the part, or has a verdict."""
    action = desk.decide([event_id(3)], Verdict.RIGHT, "", "anna")
    queue = desk.queue(ReviewForm(order="time", event=event_id(3)), "anna")
    assert queue.events[0].event.id == event_id(3)
    assert queue.total == EVENTS - 1
    assert desk.undo(action, "anna") == [event_id(3)]


def test_each_person_has_another_random_order(desk: ReviewDesk) -> None:
    """So two people do not give verdicts on the same events."""
    form = ReviewForm(order="random")
    anna, bert = (desk.queue(form, name).events for name in ("anna", "bert"))
    assert anna != bert
    assert anna == desk.queue(form, "anna").events


def test_a_label_is_right_where_it_is_the_label_of_the_event(desk: ReviewDesk) -> None:
    """The others are relabelled."""
    desk.decide([event_id(0), event_id(1), event_id(0)], None, "dog", "anna")
    assert desk.decisions([event_id(0), event_id(1)]) == {
        event_id(0): Decision(event_id(0), Verdict.RIGHT),
        event_id(1): Decision(event_id(1), Verdict.RELABELLED, "dog"),
    }
    assert desk.figures("dog").precision == 1.0
    assert desk.figures("siren").precision == 0.0


def test_one_foreign_event_refuses_all(desk: ReviewDesk) -> None:
    """No form of the page names one."""
    for foreign in (event_id(900), "nothing"):
        with pytest.raises(ReviewError):
            desk.decide([event_id(0), foreign], Verdict.RIGHT, "", "anna")
    assert desk.decisions([event_id(0)]) == {}


def test_all_events_of_a_queue_get_one_verdict(
    desk: ReviewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as the person saw, as one action; it is undone as a whole."""
    form = ReviewForm(label="dog")
    with pytest.raises(ReviewError, match="has 30 events by now"):
        desk.decide_all(form, 29, Verdict.WRONG, "", "anna")
    action = desk.decide_all(form, 30, Verdict.WRONG, "", "anna")
    assert desk.queue(ReviewForm(), "anna").total == EVENTS - 30
    assert desk.undo(action, "bert") == []
    assert len(desk.undo(action, "anna")) == 30
    assert desk.queue(ReviewForm(), "anna").total == EVENTS
    monkeypatch.setattr(desk_module, "MOST_BULK", 10)
    with pytest.raises(ReviewError, match="more than 10"):
        desk.decide_all(form, 30, Verdict.WRONG, "", "anna")


def test_the_terminal_sees_the_verdicts_at_once(desk: ReviewDesk, store: Path) -> None:
    """And the page those of the terminal."""
    desk.decide([event_id(0)], Verdict.WRONG, "", "anna")
    with open_store(store) as other:
        assert other.event(event_id(0)).reviewer == "anna"
        other.record([Decision(event_id(0), Verdict.RIGHT)], "bert")
    assert desk.decisions([event_id(0)])[event_id(0)].verdict is Verdict.RIGHT


def test_before_the_first_review_there_is_no_store(tmp_path: Path) -> None:
    """The history asks for verdicts, and must not create one."""
    folders = ClipFolders(None, {}, ClipCache(tmp_path / "cache", 10))
    desk = ReviewDesk(tmp_path / "review.db", folders)
    assert desk.decisions([event_id(0)]) == {}
    assert not (tmp_path / "review.db").exists()
