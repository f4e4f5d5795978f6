"""The door at which commands come in: what is let in, and what is said to the rest."""

from typing import Any

import pytest
from command_harness import BASE, Untold
from hypothesis import given
from hypothesis import strategies as st

from soundpost.messages.command import Reload
from soundpost.messages.result import Status
from soundpost.publish.inbox.inbox import WAITING, CommandInbox, PendingCommand
from soundpost.publish.inbox.reply_to import ReplyTo
from soundpost.publish.inbox.results import UNTOLD
from soundpost.publish.message import IncomingMessage

AT_NS = 1_795_159_881_480_000_000


@pytest.fixture
def answers() -> Untold:
    """What the porter of this test answers."""
    return Untold()


@pytest.fixture
def inbox(answers: Untold) -> CommandInbox:
    """The porter of the node `post`."""
    return CommandInbox(BASE, answers, lambda: None, utc_ns=lambda: AT_NS)


def heard(name: str = "reload", payload: bytes = b'{"id": "a1"}', **more: Any) -> IncomingMessage:  # noqa: ANN401 - Heard's own
    """A message on the topic of a command."""
    return IncomingMessage(f"{BASE}/command/{name}", payload, **more)


def test_a_command_is_let_in(inbox: CommandInbox, answers: Untold) -> None:
    """It waits to be carried out, and nothing is said yet."""
    inbox.on_message(heard())
    assert inbox.pop_command() == PendingCommand("reload", Reload(id="a1"), ReplyTo())
    assert inbox.pop_command() is None
    assert answers.told == []


def test_what_is_no_command_is_refused(inbox: CommandInbox, answers: Untold) -> None:
    """With its id, why, and what to do about it."""
    inbox.on_message(heard("mute", b'{"id": "a1", "minute": 1}'))
    assert inbox.pop_command() is None
    assert answers.told == [
        (
            f"{BASE}/result",
            {
                "schema": 1,
                "node": "post",
                "id": "a1",
                "command": "mute",
                "status": "refused",
                "message": "mute has no key 'minute'",
                "hint": "did you mean minutes?",
                "at": "2026-11-20T07:31:21.480Z",
                "clip": None,
            },
            None,
        )
    ]


def test_a_retained_command_is_refused(inbox: CommandInbox, answers: Untold) -> None:
    """It would be carried out again after every loss of the connection."""
    inbox.on_message(heard(is_retained=True))
    assert inbox.pop_command() is None
    ((_, result, _),) = answers.told
    assert (result["id"], result["status"]) == ("a1", "refused")
    assert "retained" in result["message"]


def test_a_retained_command_that_is_cleared_is_nothing(
    inbox: CommandInbox, answers: Untold
) -> None:
    """An empty retained message is how that is done."""
    inbox.on_message(heard(payload=b"", is_retained=True))
    assert (inbox.pop_command(), answers.told) == (None, [])


def test_no_more_wait_than_can_be_carried_out(inbox: CommandInbox, answers: Untold) -> None:
    """Who sends too many is told so, and may send them again."""
    for number in range(WAITING + 1):
        inbox.on_message(heard(payload=b'{"id": "a%d"}' % number))
    ((_, result, _),) = answers.told
    assert (result["id"], result["status"]) == (f"a{WAITING}", "refused")
    assert [asked.command.id for asked in iter(inbox.pop_command, None)] == [
        f"a{number}" for number in range(WAITING)
    ]


def test_a_sender_is_answered_where_it_wants_it(inbox: CommandInbox, answers: Untold) -> None:
    """And everybody else where results always are; both carry the sender's sign."""
    inbox.on_message(heard(response_topic="clients/x", correlation=b"\x00\xff"))
    asked = inbox.pop_command()
    assert asked is not None
    inbox.queue_result(inbox.build_result(asked, Status.DONE, "done"), asked.reply_to)
    assert [(topic, sign) for topic, _, sign in answers.told] == [
        (f"{BASE}/result", b"\x00\xff"),
        ("clients/x", b"\x00\xff"),
    ]


@pytest.mark.parametrize(
    "topic",
    [f"{BASE}/detections", f"{BASE}/result", "", "a/+", "a/#", "$SYS/x", "a\nb", "x" * 257],
)
def test_nobody_has_the_node_forge_what_it_tells(
    inbox: CommandInbox, answers: Untold, topic: str
) -> None:
    """A response topic is none that others believe, and none that cannot be published on."""
    inbox.on_message(heard(response_topic=topic))
    assert inbox.pop_command() is None
    ((where, result, _),) = answers.told
    assert (where, result["status"]) == (f"{BASE}/result", "refused")
    assert "response topic" in result["message"]


def test_a_long_sign_is_refused(inbox: CommandInbox, answers: Untold) -> None:
    """It would be kept as often as results wait."""
    inbox.on_message(heard(response_topic="clients/x", correlation=bytes(1_025)))
    ((_, result, sign),) = answers.told
    assert (result["status"], sign) == ("refused", None)


def test_too_many_results_lose_the_oldest(inbox: CommandInbox, answers: Untold) -> None:
    """Memory stays bounded whatever comes while the broker is away."""
    for number in range(UNTOLD + 5):
        inbox.on_message(heard(f"x{number}"))
    assert [result["command"] for _, result, _ in answers.told] == [
        f"x{number}" for number in range(5, UNTOLD + 5)
    ]


@given(
    st.text(),
    st.binary(),
    st.booleans(),
    st.none() | st.text(),
    st.none() | st.binary(),
)
def test_whatever_comes_is_let_in_or_answered(
    name: str,
    payload: bytes,
    is_retained: bool,  # noqa: FBT001 - hypothesis gives it
    topic: str | None,
    sign: bytes | None,
) -> None:
    """Once, and never by an exception."""
    answers = Untold()
    inbox = CommandInbox(BASE, answers, lambda: None)
    inbox.on_message(
        heard(name, payload, is_retained=is_retained, response_topic=topic, correlation=sign)
    )
    if is_retained and not payload:
        assert answers.told == []
    else:
        assert {result["status"] for _, result, _ in answers.told} == {"refused"}
