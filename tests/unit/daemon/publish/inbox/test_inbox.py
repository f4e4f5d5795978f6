"""The inbox: commands that are queued, and refusals of the others."""

from typing import Any

import pytest
from command_harness import BASE, RecordedResults
from hypothesis import given
from hypothesis import strategies as st

from soundpost.messages.command import ReloadCommand
from soundpost.messages.result import CommandOutcome, CommandStatus
from soundpost.mqtt.message import IncomingMessage
from soundpost.publish.inbox.inbox import MOST_PENDING, CommandInbox, PendingCommand
from soundpost.publish.inbox.reply_to import ReplyTo
from soundpost.publish.inbox.results import MOST_WAITING
from soundpost.system.rate_limit import LOGGED_BURST

AT_NS = 1_795_159_881_480_000_000


@pytest.fixture
def results() -> RecordedResults:
    """Provides the results of this test's inbox."""
    return RecordedResults()


@pytest.fixture
def inbox(results: RecordedResults) -> CommandInbox:
    """Provides the inbox of node `north-gate`."""
    return CommandInbox(BASE, results, lambda: None, utc_ns=lambda: AT_NS)


def incoming(
    name: str = "reload",
    payload: bytes = b'{"id": "a1"}',
    **fields: Any,  # noqa: ANN401 - the fields of IncomingMessage
) -> IncomingMessage:
    """Returns a message on the topic of a command."""
    return IncomingMessage(f"{BASE}/command/{name}", payload, **fields)


def test_a_command_is_queued(inbox: CommandInbox, results: RecordedResults) -> None:
    """It waits to be executed, and has no result yet."""
    inbox.on_message(incoming())
    assert inbox.pop_command() == PendingCommand("reload", ReloadCommand(id="a1"), ReplyTo())
    assert inbox.pop_command() is None
    assert results.queued == []


def test_an_invalid_command_is_refused(inbox: CommandInbox, results: RecordedResults) -> None:
    """The result has its id, the reason, and a hint."""
    inbox.on_message(incoming("mute", b'{"id": "a1", "minute": 1}'))
    assert inbox.pop_command() is None
    assert results.queued == [
        (
            f"{BASE}/result",
            {
                "schema": 1,
                "node": "north-gate",
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


def test_a_result_of_a_source_names_it(results: RecordedResults) -> None:
    """Its base topic has one more level."""
    inbox = CommandInbox(f"{BASE}/yard", results, lambda: None, utc_ns=lambda: AT_NS)
    inbox.on_message(incoming("mute"))
    ((_, result, _),) = results.queued
    assert (result["node"], result["source"]) == ("north-gate", "yard")


def test_a_retained_command_is_refused(inbox: CommandInbox, results: RecordedResults) -> None:
    """It would be executed again after every reconnect."""
    inbox.on_message(incoming(is_retained=True))
    assert inbox.pop_command() is None
    ((_, result, _),) = results.queued
    assert (result["id"], result["status"]) == ("a1", "refused")
    assert "retained" in result["message"]


def test_an_empty_retained_message_is_ignored(
    inbox: CommandInbox, results: RecordedResults
) -> None:
    """It clears a retained command."""
    inbox.on_message(incoming(payload=b"", is_retained=True))
    assert (inbox.pop_command(), results.queued) == (None, [])


def test_the_queue_of_commands_is_bounded(inbox: CommandInbox, results: RecordedResults) -> None:
    """A command too many is refused, and can be sent again."""
    for number in range(MOST_PENDING + 1):
        inbox.on_message(incoming(payload=b'{"id": "a%d"}' % number))
    ((_, result, _),) = results.queued
    assert (result["id"], result["status"]) == (f"a{MOST_PENDING}", "refused")
    assert [pending.command.id for pending in iter(inbox.pop_command, None)] == [
        f"a{number}" for number in range(MOST_PENDING)
    ]


def test_a_result_goes_to_the_response_topic_too(
    inbox: CommandInbox, results: RecordedResults
) -> None:
    """Both copies carry the correlation data of the sender."""
    inbox.on_message(incoming(response_topic="clients/x", correlation=b"\x00\xff"))
    pending = inbox.pop_command()
    assert pending is not None
    result = inbox.build_result(pending, CommandOutcome(CommandStatus.DONE, "done"))
    inbox.queue_result(result, pending.reply_to)
    assert [(topic, correlation) for topic, _, correlation in results.queued] == [
        (f"{BASE}/result", b"\x00\xff"),
        ("clients/x", b"\x00\xff"),
    ]


@pytest.mark.parametrize(
    "topic",
    [f"{BASE}/detections", f"{BASE}/result", "", "a/+", "a/#", "$SYS/x", "a\nb", "x" * 257],
)
def test_a_response_topic_cannot_forge_other_messages(
    inbox: CommandInbox, results: RecordedResults, topic: str
) -> None:
    """The node's own topics, and topics on which nothing can be published, are refused."""
    inbox.on_message(incoming(response_topic=topic))
    assert inbox.pop_command() is None
    ((result_topic, result, _),) = results.queued
    assert (result_topic, result["status"]) == (f"{BASE}/result", "refused")
    assert "response topic" in result["message"]


def test_long_correlation_data_are_refused(inbox: CommandInbox, results: RecordedResults) -> None:
    """They would be stored with every result that waits."""
    inbox.on_message(incoming(response_topic="clients/x", correlation=bytes(1_025)))
    ((_, result, correlation),) = results.queued
    assert (result["status"], correlation) == ("refused", None)


def test_the_queue_of_results_drops_the_oldest(
    inbox: CommandInbox, results: RecordedResults
) -> None:
    """Memory stays bounded while the broker is away."""
    for number in range(MOST_WAITING + 5):
        inbox.on_message(incoming(f"x{number}"))
    assert [result["command"] for _, result, _ in results.queued] == [
        f"x{number}" for number in range(5, MOST_WAITING + 5)
    ]


BAD: list[tuple[str, bytes, dict[str, Any]]] = [
    ("reload", b"garbage", {}),
    ("reload", bytes(range(256)) * 64, {}),
    ("reload", b"x" * 17_000, {}),
    ("mute", b"[" * 16_000, {}),
    ("mute", b'{"id": "a1", "minute": 1}', {}),
    ("mute", b'{"id": "", "minutes": 1}', {}),
    ("reload", b"{}", {}),
    ("relaod", b'{"id": "a1"}', {}),
    ("reload", b'{"id": "a1"}', {"is_retained": True}),
    ("reload", b'{"id": "a1"}', {"response_topic": f"{BASE}/detections"}),
    ("reload", b'{"id": "a1"}', {"response_topic": "x", "correlation": bytes(2_000)}),
    ("reload", b'{"id": "a1"}', {}),  # more than may wait
]
"""Messages of every kind that is refused at once."""


def test_a_flood_of_bad_commands_is_counted(
    inbox: CommandInbox, results: RecordedResults, caplog: pytest.LogCaptureFixture
) -> None:
    """Only the first ones are logged and answered, whatever their kinds and names."""
    for _ in range(MOST_PENDING):
        inbox.on_message(incoming())
    caplog.clear()
    floods = 500
    for number in range(floods):
        for name, payload, fields in BAD:
            inbox.on_message(incoming(f"{name}{number % 2 or ''}", payload, **fields))
    total = floods * len(BAD)
    assert results.health.commands_invalid == total
    assert total - results.health.results_dropped == len(results.queued) == MOST_WAITING
    refused = [line for line in caplog.messages if "is refused" in line]
    assert len(refused) == LOGGED_BURST
    assert len(caplog.messages) <= 2 * LOGGED_BURST


@given(
    st.text(),
    st.binary(),
    st.booleans(),
    st.none() | st.text(),
    st.none() | st.binary(),
)
def test_any_message_is_queued_or_refused(
    name: str,
    payload: bytes,
    is_retained: bool,  # noqa: FBT001 - given by hypothesis
    topic: str | None,
    correlation: bytes | None,
) -> None:
    """It has one result, and never raises."""
    results = RecordedResults()
    inbox = CommandInbox(BASE, results, lambda: None)
    inbox.on_message(
        incoming(
            name, payload, is_retained=is_retained, response_topic=topic, correlation=correlation
        )
    )
    if is_retained and not payload:
        assert results.queued == []
    else:
        assert {result["status"] for _, result, _ in results.queued} == {"refused"}
