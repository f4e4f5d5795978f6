"""The queue of results: each is acknowledged or refused by the broker, or counted as lost."""

import time

import pytest
from command_harness import BASE

from soundpost.health import Health
from soundpost.mqtt.message import OutgoingMessage
from soundpost.mqtt.reasons import too_large
from soundpost.publish.inbox.reply_to import ReplyTo
from soundpost.publish.inbox.results import (
    MOST_WAITING,
    REFUSALS_BURST,
    REFUSALS_PER_SECOND,
    ResultQueue,
)

RESULT = f"{BASE}/result"


class FakeConnection:
    """A connection whose broker is the test; it takes a limited number of messages."""

    def __init__(self, limit: int = 100) -> None:
        self._limit = limit
        self.sent: list[OutgoingMessage] = []

    @property
    def has_room(self) -> bool:
        """True if one more message would be sent at once."""
        return len(self.sent) < self._limit

    def publish(self, message: OutgoingMessage) -> None:
        """Records a message."""
        assert not message.retain
        self.sent.append(message)


def send(results: ResultQueue, limit: int = 100) -> tuple[list[bytes], FakeConnection]:
    """Sends over a new connection; returns the payloads, and the connection."""
    connection = FakeConnection(limit)
    results.send(connection)  # type: ignore[arg-type]  # it has the methods that are needed
    return [message.payload for message in connection.sent], connection


@pytest.fixture
def reason_codes() -> list[tuple[str, str | None]]:
    """Provides the recorded topics and refusals."""
    return []


@pytest.fixture
def results(reason_codes: list[tuple[str, str | None]]) -> ResultQueue:
    """Provides a queue of three results."""
    results = ResultQueue(RESULT, lambda *reason_code: reason_codes.append(reason_code), Health())
    for payload in (b"1", b"2", b"3"):
        results.add(payload, ReplyTo())
    return results


def test_results_are_sent_in_order(results: ResultQueue) -> None:
    """Each is sent once, and no more than may be in flight."""
    assert send(results, limit=2)[0] == [b"1", b"2"]
    assert send(results)[0] == [b"3"]
    assert send(results)[0] == []


def test_results_in_flight_are_sent_again_on_a_new_connection(results: ResultQueue) -> None:
    """They keep their order, before younger ones; an acknowledged one is not repeated."""
    _, connection = send(results, limit=2)
    connection.sent[0].on_ack(None)
    results.on_connect()
    results.add(b"4", ReplyTo())
    assert send(results)[0] == [b"2", b"3", b"4"]


def test_a_refused_result_is_not_sent_again(
    results: ResultQueue, reason_codes: list[tuple[str, str | None]]
) -> None:
    """The sender can repeat the command."""
    _, connection = send(results)
    connection.sent[0].on_ack("Not authorized")
    connection.sent[1].on_ack(None)
    results.on_connect()
    assert send(results)[0] == [b"3"]
    assert reason_codes == [(RESULT, "Not authorized"), (RESULT, None)]


def test_the_refusal_of_a_response_topic_is_only_logged(
    reason_codes: list[tuple[str, str | None]], caplog: pytest.LogCaptureFixture
) -> None:
    """It does not mean that the node lacks a right."""
    results = ResultQueue(RESULT, lambda *reason_code: reason_codes.append(reason_code), Health())
    results.add(b"1", ReplyTo("clients/x"))
    _, connection = send(results)
    assert [message.topic for message in connection.sent] == [RESULT, "clients/x"]
    connection.sent[1].on_ack("Not authorized")
    assert reason_codes == []
    assert "response topic clients/x: Not authorized" in caplog.text


def test_a_closing_queue_sends_its_results_and_accepts_no_more() -> None:
    """A sender that floods cannot keep the node running; its results are counted as dropped."""
    health = Health()
    results = ResultQueue(RESULT, lambda *_: None, health)
    results.add(b"1", ReplyTo())
    results.close()
    results.add(b"2", ReplyTo("clients/x"))
    assert (len(results), health.results_dropped) == (1, 2)
    assert send(results)[0] == [b"1"]


def test_dropped_results_are_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Results in flight and waiting ones are counted, once."""
    health = Health()
    results = ResultQueue(RESULT, lambda *_: None, health)
    for payload in (b"1", b"2"):
        results.add(payload, ReplyTo())
    send(results, limit=1)
    results.drop_all()
    assert (len(results), health.results_dropped) == (0, 2)
    assert "2 results of commands are lost" in caplog.text
    results.drop_all()
    assert len(caplog.records) == 1


def test_above_the_limit_the_oldest_are_dropped_and_counted() -> None:
    """Memory stays bounded while the broker is away."""
    health = Health()
    results = ResultQueue(RESULT, lambda *_: None, health)
    for number in range(MOST_WAITING + 5):
        results.add(b"%d" % number, ReplyTo())
    assert send(results, limit=1)[0] == [b"5"]
    assert health.results_dropped == 5


def test_a_flood_of_refusals_gets_few_results() -> None:
    """After a burst only a steady rate is answered; the others are counted."""
    health = Health()
    results = ResultQueue(RESULT, lambda *_: None, health)
    began_seconds = time.monotonic()
    admitted = sum(results.admit_refusal() for _ in range(5_000))
    elapsed_seconds = time.monotonic() - began_seconds
    assert REFUSALS_BURST <= admitted <= REFUSALS_BURST + REFUSALS_PER_SECOND * elapsed_seconds + 1
    assert (health.commands_invalid, health.results_dropped) == (5_000, 5_000 - admitted)


def test_a_short_result_is_sent_in_place_of_one_that_is_too_large(
    reason_codes: list[tuple[str, str | None]],
) -> None:
    """Once, to each topic, with its correlation data; never in place of one as short."""
    results = ResultQueue(RESULT, lambda *reason_code: reason_codes.append(reason_code), Health())
    results.add(b"long", ReplyTo("own", b"7"), b"x")
    results.add(b"y", ReplyTo(), b"as long")
    payloads, connection = send(results)
    assert payloads == [b"long", b"long", b"y"]
    for message in connection.sent:
        message.on_ack(too_large(len(message.payload), 3))
    payloads, connection = send(results)
    assert payloads == [b"x", b"x"]
    assert [message.topic for message in connection.sent] == [RESULT, "own"]
    assert [message.correlation for message in connection.sent] == [b"7", b"7"]
    for message in connection.sent:
        message.on_ack(too_large(1, 0))
    assert len(results) == 0
    assert [refusal is None for _, refusal in reason_codes] == [False] * 3


def test_a_refusal_for_another_reason_has_no_short_result() -> None:
    """A shorter message would be refused as well."""
    results = ResultQueue(RESULT, lambda *_: None, Health())
    results.add(b"long", ReplyTo(), b"x")
    _, connection = send(results)
    connection.sent[0].on_ack("Not authorized")
    assert send(results)[0] == []
