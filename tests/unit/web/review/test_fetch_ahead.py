"""The next clips of a review are requested from their nodes, some ahead, and no more."""

from pathlib import Path

import pytest
from web_clips import START, clip_event, write_clip
from web_events import ms
from web_fetch import NODE, FakeNode

from soundpost.review import Verdict
from soundpost_web.clips.folders import ClipFolders
from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore
from soundpost_web.nodes.decode import decode_event
from soundpost_web.nodes.state import BrokerState, LiveState
from soundpost_web.review.desk import ReviewDesk
from soundpost_web.review.elsewhere import Ahead, Elsewhere, NodeClips
from soundpost_web.review.fetch_ahead import AHEAD, FetchAhead
from soundpost_web.review.fetch_failures import PAUSE_SECONDS, FetchFailures
from soundpost_web.review.form import ReviewForm
from soundpost_web.review.importer import ClipImporter

CLIPS = 8
FORM = ReviewForm()


class Review:
    """A person who reviews the clips of a node.

    Args:
        folder: A folder for all files.
        by_node: The folders of nodes on the machine of the page.
    """

    def __init__(self, folder: Path, by_node: dict[str, Path] | None = None) -> None:
        self.node = FakeNode(folder)
        self.state = LiveState()
        self.be_online(NODE)
        self.connect()
        self.folders = ClipFolders(None, by_node or {}, self.node.cache)
        self.store = folder / "review.db"
        self.desk = ReviewDesk(self.store, self.folders)
        self.history = HistoryStore(folder / "history.db", Limits(36_500, 100))
        self.history.open()
        failures = FetchFailures(self.node.clock)
        self.ahead = FetchAhead(
            *(self.history.path, self.desk, self.folders),
            *(self.node.fetcher, self.state, failures),
        )

    def be_online(self, name: str, *, is_online: bool = True) -> None:
        """Takes a status of a node."""
        self.state.update_node(name, lambda node, _: node.set_status(None, is_online=is_online))

    def connect(self, *, is_connected: bool = True) -> None:
        """Takes the state of the connection to the broker."""
        self.state.set_broker(BrokerState(is_connected=is_connected))

    def add_event(self, number: int, label: str = "dog", node: str = NODE) -> str:
        """Adds an event with a clip to the history; returns the name of the clip."""
        name = write_clip(self.node.own, number, label)
        self.history.store([decode_event(node, clip_event(number, label, name, node), ms(START))])
        return name.removesuffix(".flac")

    def decide_one(self) -> None:
        """Gives a clip that has arrived a verdict."""
        assert ClipImporter(self.store, self.folders).refresh(60.0)
        event, *_ = self.desk.queue(FORM, "anna").events
        self.desk.decide([event.event.id], Verdict.RIGHT, "", "anna")

    def answer_all(self) -> None:
        """Has the node send all that is requested."""
        count = -1
        while count != len(self.node.commands):
            count = len(self.node.commands)
            self.node.answer()

    @property
    def requested(self) -> list[str]:
        """The clips that were requested from the node, in that order."""
        stems = [command["file"].partition(".")[0] for command in self.node.commands]
        return list(dict.fromkeys(stems))


@pytest.fixture
def review(tmp_path: Path) -> Review:
    """Provides a person who reviews."""
    return Review(tmp_path)


def test_the_latest_clips_are_requested_some_ahead(review: Review) -> None:
    """A clip that is here without a verdict counts as one of them."""
    stems = [review.add_event(number) for number in range(CLIPS)]
    fetching = NodeClips(NODE, Elsewhere.FETCHING, AHEAD)
    assert review.ahead.update(FORM, 0) == Ahead([fetching])
    assert review.ahead.update(FORM, 0) == Ahead([fetching])
    review.answer_all()
    assert review.requested == stems[: -AHEAD - 1 : -1]
    later = NodeClips(NODE, Elsewhere.LATER, CLIPS - AHEAD)
    assert review.ahead.update(FORM, 0) == Ahead([later], has_arrived=True)
    assert review.ahead.update(FORM, AHEAD) == Ahead([later])
    review.decide_one()
    one = NodeClips(NODE, Elsewhere.FETCHING, 1)
    assert review.ahead.update(FORM, AHEAD - 1) == Ahead([one])
    review.answer_all()
    assert review.requested == stems[: -AHEAD - 2 : -1]


def test_a_clip_that_a_person_requests_comes_first(review: Review) -> None:
    """It does not wait for those that may be needed later."""
    stems = [review.add_event(number) for number in range(4)]
    review.ahead.update(FORM, 0)
    assert review.node.fetcher.request(NODE, stems[0])
    review.answer_all()
    assert review.requested == [stems[3], stems[0], stems[2], stems[1]]


def test_only_clips_of_the_queue_are_requested(review: Review) -> None:
    """By its label, node and score; none for a queue of events with a verdict."""
    review.add_event(0, "siren")
    stem = review.add_event(1, "dog")
    review.add_event(2, "dog", "barn")
    for nothing in (ReviewForm(label="owl"), ReviewForm(score="0.9"), ReviewForm(verdict="any")):
        assert review.ahead.update(nothing, 0) == Ahead([])
    review.ahead.update(ReviewForm(label="dog", node=NODE), 0)
    review.answer_all()
    assert review.requested == [stem]


def test_clips_that_are_decided_or_here_are_not_requested(review: Review) -> None:
    """A verdict outlives its clip, which the page removes for space."""
    review.add_event(0)
    review.ahead.update(FORM, 0)
    review.answer_all()
    assert review.ahead.update(FORM, 1) == Ahead([], has_arrived=True)
    review.decide_one()
    for path in review.node.cache.folder_of(NODE).iterdir():
        path.unlink()
    assert review.ahead.update(FORM, 0) == Ahead([])


def test_a_node_whose_folder_is_here_is_not_requested(tmp_path: Path) -> None:
    """A clip that is not in that folder was removed."""
    review = Review(tmp_path, {NODE: tmp_path / "none"})
    review.add_event(0)
    assert review.ahead.update(FORM, 0) == Ahead([])
    assert review.requested == []


def test_an_offline_node_is_named_with_its_clips(review: Review) -> None:
    """They are fetched when it is back; the other nodes go on."""
    stem = review.add_event(0)
    review.add_event(1, node="barn")
    review.be_online("barn", is_online=False)
    offline = NodeClips("barn", Elsewhere.OFFLINE, 1)
    fetching = NodeClips(NODE, Elsewhere.FETCHING, 1)
    assert review.ahead.update(FORM, 0) == Ahead([offline, fetching])
    review.answer_all()
    assert review.requested == [stem]
    review.be_online(NODE, is_online=False)
    assert review.ahead.update(FORM, 1) == Ahead([offline], has_arrived=True)


def test_while_the_broker_is_away_nothing_is_requested(review: Review) -> None:
    """One line says so for all nodes."""
    review.add_event(0)
    review.connect(is_connected=False)
    assert review.ahead.update(FORM, 0) == Ahead([NodeClips("", Elsewhere.AWAY, 1)])
    assert review.requested == []


def test_a_node_that_refuses_rests_for_a_while(review: Review) -> None:
    """After two clips; the reason is that of the node."""
    stems = [review.add_event(number) for number in range(CLIPS)]
    for _ in range(2):
        review.ahead.update(FORM, AHEAD - 1)
        review.node.refuse("this node sends no clips")
    failed = NodeClips(NODE, Elsewhere.FAILED, CLIPS, "this node sends no clips")
    assert review.ahead.update(FORM, 0) == Ahead([failed])
    assert review.requested == [stems[-1], stems[-2]]
    review.node.clock.seconds += PAUSE_SECONDS
    assert review.ahead.update(FORM, AHEAD - 1).nodes == [NodeClips(NODE, Elsewhere.FETCHING, 1)]
