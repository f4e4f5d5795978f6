"""Results on their way: each reaches the broker, or the broker has refused it."""

import pytest
from command_harness import BASE

from soundpost.health import Health
from soundpost.publish.inbox.reply_to import ReplyTo
from soundpost.publish.inbox.results import UNTOLD, ResultQueue
from soundpost.publish.message import OnAck

RESULT = f"{BASE}/result"


class Line:
    """A connection that the test answers for; it takes as many messages as it has room for."""

    def __init__(self, room: int = 100) -> None:
        self._room = room
        self.sent: list[tuple[str, bytes]] = []
        self.answers: list[OnAck] = []

    @property
    def has_room(self) -> bool:
        """Whether one more message would be on its way at once."""
        return len(self.sent) < self._room

    def publish(
        self, topic: str, payload: bytes, on_answer: OnAck, *, retain: bool, **_: object
    ) -> None:
        """Note a message."""
        assert not retain
        self.sent.append((topic, payload))
        self.answers.append(on_answer)


def payloads(answers: ResultQueue, room: int = 100) -> tuple[list[bytes], Line]:
    """What goes out over a line, and the line."""
    line = Line(room)
    answers.send(line)  # type: ignore[arg-type]  # it is as much of a connection as is needed
    return [payload for _, payload in line.sent], line


@pytest.fixture
def notes() -> list[tuple[str, str | None]]:
    """What is noted of the broker's answers."""
    return []


@pytest.fixture
def answers(notes: list[tuple[str, str | None]]) -> ResultQueue:
    """Three results that wait."""
    answers = ResultQueue(RESULT, lambda *note: notes.append(note), Health())
    for payload in (b"1", b"2", b"3"):
        answers.add(payload, ReplyTo())
    return answers


def test_results_go_out_in_order_as_there_is_room(answers: ResultQueue) -> None:
    """Each once."""
    assert payloads(answers, room=2)[0] == [b"1", b"2"]
    assert payloads(answers)[0] == [b"3"]
    assert payloads(answers)[0] == []


def test_what_was_not_answered_goes_out_again_on_a_new_connection(answers: ResultQueue) -> None:
    """In the old order, before what is younger; what was answered does not."""
    _, line = payloads(answers, room=2)
    line.answers[0](None)
    answers.on_connect()
    answers.add(b"4", ReplyTo())
    assert payloads(answers)[0] == [b"2", b"3", b"4"]


def test_a_refusal_is_noted_and_not_tried_again(
    answers: ResultQueue, notes: list[tuple[str, str | None]]
) -> None:
    """Who was not told asks again."""
    _, line = payloads(answers)
    line.answers[0]("Not authorized")
    line.answers[1](None)
    answers.on_connect()
    assert payloads(answers)[0] == [b"3"]
    assert notes == [(RESULT, "Not authorized"), (RESULT, None)]


def test_the_refusal_of_a_response_topic_is_its_sender_s_matter(
    notes: list[tuple[str, str | None]], caplog: pytest.LogCaptureFixture
) -> None:
    """The log says it; the node's own rights are not in question."""
    answers = ResultQueue(RESULT, lambda *note: notes.append(note), Health())
    answers.add(b"1", ReplyTo("clients/x"))
    _, line = payloads(answers)
    assert [topic for topic, _ in line.sent] == [RESULT, "clients/x"]
    line.answers[1]("Not authorized")
    assert notes == []
    assert "response topic clients/x: Not authorized" in caplog.text


def test_whoever_stops_tells_what_waits_and_takes_in_no_more() -> None:
    """A sender that never stops asking does not keep the node from stopping; it is counted."""
    health = Health()
    answers = ResultQueue(RESULT, lambda *_: None, health)
    answers.add(b"1", ReplyTo())
    answers.begin_closing()
    answers.add(b"2", ReplyTo("clients/x"))
    assert (len(answers), health.results_dropped) == (1, 2)
    assert payloads(answers)[0] == [b"1"]


def test_what_is_given_up_is_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What the broker has not answered, and what it was never told."""
    health = Health()
    answers = ResultQueue(RESULT, lambda *_: None, health)
    for payload in (b"1", b"2"):
        answers.add(payload, ReplyTo())
    payloads(answers, room=1)
    answers.give_up()
    assert (len(answers), health.results_dropped) == (0, 2)
    assert "2 results of commands are lost" in caplog.text
    answers.give_up()
    assert len(caplog.records) == 1


def test_too_many_lose_the_oldest_and_are_counted() -> None:
    """Memory stays bounded whatever comes while the broker is away."""
    health = Health()
    answers = ResultQueue(RESULT, lambda *_: None, health)
    for number in range(UNTOLD + 5):
        answers.add(b"%d" % number, ReplyTo())
    assert payloads(answers, room=1)[0] == [b"5"]
    assert health.results_dropped == 5
