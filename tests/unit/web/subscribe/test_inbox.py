"""Messages of the broker: taken, or refused and counted."""

import logging

import pytest
from web_events import detection, event_id, health, summary

from soundpost.mqtt.message import IncomingMessage
from soundpost_web.history.message import EventMessage, Summary
from soundpost_web.nodes.state import MOST_NODES, LiveState
from soundpost_web.subscribe.inbox import Inbox


@pytest.fixture
def state() -> LiveState:
    """Provides the state that the messages change."""
    return LiveState()


@pytest.fixture
def inbox(state: LiveState) -> Inbox:
    """Provides an inbox of the prefix `soundpost`."""
    return Inbox("soundpost", state)


def message(topic: str, payload: bytes = b"", *, is_retained: bool = False) -> IncomingMessage:
    """Returns a message below the prefix."""
    return IncomingMessage(f"soundpost/{topic}", payload, is_retained=is_retained)


def test_each_leaf_changes_its_part_of_a_node(inbox: Inbox, state: LiveState) -> None:
    """Only detections and summaries are stored."""
    stored = [
        inbox.receive(message("gate/status", b"online", is_retained=True)),
        inbox.receive(message("gate/health", health(), is_retained=True)),
        inbox.receive(message("gate/level", b"-43.2")),
        inbox.receive(message("gate/settings", b'{"muted": {"dog": "x"}}', is_retained=True)),
    ]
    assert stored == [None] * 4
    (node,) = state.nodes
    assert (node.is_online, node.level_dbfs) == (True, -43.2)
    assert node.health is not None
    assert node.settings is not None
    assert node.settings.muted == {"dog": "x"}
    assert isinstance(inbox.receive(message("gate/detections", detection())), EventMessage)
    assert isinstance(inbox.receive(message("gate/summaries", summary())), Summary)
    assert [event.label for event in state.events] == ["dog"]
    assert state.counts.read()[:3] == (6, 0, 0)


def test_a_removed_status_is_a_node_that_is_not_there(inbox: Inbox, state: LiveState) -> None:
    """Other removed topics say nothing."""
    inbox.receive(message("gate/status", b"online"))
    for leaf in ("health", "settings", "status"):
        inbox.receive(message(f"gate/{leaf}"))
    assert [node.is_online for node in state.nodes] == [None]
    assert state.counts.read().rejected == {}


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("gate/sound/dog", b"ON", "topic"),
        ("gate/status", b"maybe", "status"),
        ("gate/health", b"{}", "health"),
        ("gate/detections", b"{", "detections"),
        ("gate/detections", detection("barn"), "detections"),
        ("gate/summaries", b"", "summaries"),
        ("gate/level", b"loud", "level"),
        ("gate/settings", b"[]", "settings"),
    ],
)
def test_a_message_that_no_node_publishes_is_counted(
    inbox: Inbox, state: LiveState, topic: str, payload: bytes, reason: str
) -> None:
    """And nothing of it is shown."""
    assert inbox.receive(message(topic, payload)) is None
    assert state.counts.read().rejected == {reason: 1}
    assert state.nodes == []
    assert state.events == []


def test_a_retained_detection_is_refused(inbox: Inbox, state: LiveState) -> None:
    """A detection happens once: with each connection it would happen again."""
    assert inbox.receive(message("gate/detections", detection(), is_retained=True)) is None
    assert state.counts.read().rejected == {"detections": 1}


def test_too_many_nodes_are_refused(inbox: Inbox, state: LiveState) -> None:
    """Their events too; known nodes go on."""
    for number in range(MOST_NODES + 5):
        inbox.receive(message(f"node-{number}/status", b"online"))
    assert inbox.receive(message("one-more/detections", detection("one-more"))) is None
    assert state.counts.read().rejected == {"nodes": 6}
    assert inbox.receive(message("node-0/detections", detection("node-0", id=event_id())))


def test_a_flood_does_not_fill_the_log(inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    """The first refusals are logged, without line breaks of the sender."""
    with caplog.at_level(logging.WARNING):
        for number in range(1_000):
            inbox.receive(message(f"gate/{number}\nforged", b"x"))
    assert len(caplog.records) == 5
