"""The messages of nodes, and of other clients that publish on their topics."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notify_parts import OpenQueue, event_rules, rule
from web_events import NOON, detection, health, ms, wire_time

from soundpost.mqtt.message import IncomingMessage
from soundpost_notify.nodes.watch import NodeRule, NodeWatch
from soundpost_notify.queue.memory import Reported, reported_states, set_reported
from soundpost_notify.receive.inbox import Inbox
from soundpost_notify.settings import NodeRuleConfig

NODES = NodeRule("nodes", NodeRuleConfig(targets=["phone"], after_seconds=0.0))


class Received:
    """An inbox with rules that send everything.

    Args:
        queue: The queue.
    """

    def __init__(self, queue: OpenQueue) -> None:
        self._queue = queue
        self.watch = NodeWatch([NODES], {})
        self.watch.connect()
        rules = event_rules(queue, rule(state="started"), rule("tests", test=True, nodes=["barn"]))
        self._inbox = Inbox("soundpost", rules, self.watch)

    def take(self, topic: str, payload: bytes, *, is_retained: bool = False) -> None:
        """Takes a message at the time of the sample events."""
        message = IncomingMessage(topic, payload, is_retained=is_retained)
        with self._queue.transaction() as connection:
            self._inbox.take(connection, message, ms(NOON) + 500)

    def changes(self) -> list[tuple[str, str, bool]]:
        """Returns the changes of nodes that are due, and whether each is sent."""
        return [(due.change.node, due.state, due.is_sent) for due in self.watch.due()]


@pytest.fixture
def inbox(queue: OpenQueue) -> Received:
    """Provides an inbox."""
    return Received(queue)


def test_detections_and_states_are_taken(queue: OpenQueue, inbox: Received) -> None:
    """Of a node and of its sources."""
    inbox.take("soundpost/gate/detections", detection())
    inbox.take("soundpost/gate/yard/detections", detection("gate/yard"))
    inbox.take("soundpost/gate/status", b"online", is_retained=True)
    inbox.take("soundpost/gate/health", health(problems=["no_samples"]), is_retained=True)
    assert [entry.content.node for entry in queue.entries()] == ["gate", "gate/yard"]
    assert ("gate", "deaf", True) in inbox.changes()


def test_self_tests_have_their_own_topic(queue: OpenQueue, inbox: Received) -> None:
    """A detection that calls itself one, or the reverse, is refused."""
    confirmed = {"state": "confirmed", "onset": wire_time(NOON)}
    inbox.take("soundpost/barn/selftest", detection("barn", test=True, **confirmed))
    inbox.take("soundpost/barn/selftest", detection("barn", **confirmed))
    inbox.take("soundpost/barn/detections", detection("barn", test=True, **confirmed))
    assert [(entry.content.rule, entry.content.test) for entry in queue.entries()] == [
        ("tests", True)
    ]


def test_the_command_of_a_self_test_is_passed_over(
    queue: OpenQueue, inbox: Received, caplog: pytest.LogCaptureFixture
) -> None:
    """The filter for self-tests of sources matches it; nothing is wrong then."""
    inbox.take("soundpost/gate/command/selftest", b'{"id": "1"}')
    assert queue.entries() == []
    assert caplog.records == []


def test_a_node_that_is_gone_for_good_is_forgotten(queue: OpenQueue, inbox: Received) -> None:
    """Its status is removed, as when a source was taken out of the configuration."""
    inbox.take("soundpost/gate/status", b"online")
    with queue.transaction() as connection:
        set_reported(connection, "nodes", "gate", Reported("up", 0))
    inbox.take("soundpost/gate/status", b"")
    with queue.transaction() as connection:
        assert reported_states(connection) == {}
    assert all(node != "gate" for node, _, _ in inbox.changes())


def test_a_retained_detection_is_refused(
    queue: OpenQueue, inbox: Received, caplog: pytest.LogCaptureFixture
) -> None:
    """Otherwise an alarm of last year would come with every connection."""
    inbox.take("soundpost/gate/detections", detection(), is_retained=True)
    assert queue.entries() == []
    assert "a message on soundpost/gate/detections is refused: a retained detection" in caplog.text


HOSTILE = [
    ("soundpost/gate/detections", b""),
    ("soundpost/gate/detections", b"\xff\x00"),
    ("soundpost/gate/detections", b"[" * 10_000),
    ("soundpost/gate/detections", b"x" * 100_000),
    ("soundpost/gate/detections", detection("barn")),
    ("soundpost/gate/detections", detection(label="x" * 300)),
    ("soundpost/gate/detections", detection(score=2.0)),
    ("soundpost/gate/detections", detection(score="NaN")),
    ("soundpost/gate/detections", detection(onset="9999-99-99T99:99:99.999Z")),
    ("soundpost/gate/detections", detection(seq=10**30)),
    ("soundpost/gate/detections", detection(clip="x" * 300)),
    ("soundpost/gate/health", b"{}"),
    ("soundpost/gate/health", health(problems=["x"] * 100)),
    ("soundpost/gate/health", json.dumps({"time": "x" * 70_000}).encode()),
    ("soundpost/gate/status", b"maybe"),
    ("soundpost/gate/sound/status", b"ON"),
    ("soundpost/a/b/c/detections", detection()),
    ("soundpost/ga te/status", b"online"),
    ("other/gate/status", b"online"),
]


@pytest.mark.parametrize(("topic", "payload"), HOSTILE)
def test_what_no_node_publishes_is_refused(
    queue: OpenQueue,
    inbox: Received,
    caplog: pytest.LogCaptureFixture,
    topic: str,
    payload: bytes,
) -> None:
    """With one line of bounded length in the log."""
    inbox.take(topic, payload)
    assert queue.entries() == []
    (record,) = caplog.records
    assert "is refused" in record.getMessage()
    assert len(record.getMessage()) < 500
    assert ("gate", "deaf", True) not in inbox.changes()


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["detections", "selftest", "status", "health"]), st.binary() | st.text())
def test_any_payload_is_survived(inbox: Received, leaf: str, payload: bytes | str) -> None:
    """By every topic."""
    inbox.take(
        f"soundpost/gate/{leaf}",
        payload.encode(errors="replace") if isinstance(payload, str) else payload,
    )


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=150), st.text(max_size=150), st.text(min_size=1, max_size=60))
def test_any_name_is_a_printable_message(
    queue: OpenQueue, inbox: Received, label: str, name: str, event: str
) -> None:
    """Of bounded length."""
    payload = detection(id=event, label=label, common_name=name)
    inbox.take("soundpost/gate/detections", payload)
    for entry in queue.entries():
        assert entry.content.title.isprintable()
        assert all(line.isprintable() for line in entry.content.text.split("\n"))
        assert len(entry.content.title + entry.content.text) < 1_000
