"""Messages about labels that go on all the time: their numbers, times and rounding."""

import msgspec
import pytest

from soundpost.events import Detection, Summary, SummaryState
from soundpost.messages import MessageBuilder, SummaryMessage, encode
from soundpost.messages.payload import encode_late
from soundpost.messages.summary import is_summary

HOUR = Summary(
    label="crickets",
    state=SummaryState.GOING_ON,
    events=57,
    seconds=1.25006,
    score=0.123456,
    since_utc_ns=0,
    from_utc_ns=1_999_999,
    to_utc_ns=3_600 * 10**9,
)


def test_detections_and_summaries_share_their_numbers(
    builder: MessageBuilder, started: Detection
) -> None:
    """Both wait in one outbox, in one order."""
    seqs = [builder.summary(HOUR).seq, builder.detection(started).seq, builder.summary(HOUR).seq]
    assert seqs == [1, 2, 3]


def test_seconds_are_rounded_and_times_are_cut(builder: MessageBuilder) -> None:
    """Three decimals of seconds; as in a detection four of a score, milliseconds of a time."""
    message = builder.summary(HOUR)
    assert (message.seconds, message.score) == (1.25, 0.1235)
    assert (message.since, message.begins) == (
        "1970-01-01T00:00:00.000Z",
        "1970-01-01T00:00:00.001Z",
    )
    assert message.ends == "1970-01-01T01:00:00.000Z"


@pytest.mark.parametrize("state", SummaryState)
def test_a_summary_is_known_by_its_payload(builder: MessageBuilder, state: SummaryState) -> None:
    """Also a late one; only `backfilled` differs in it."""
    message = builder.summary(msgspec.structs.replace(HOUR, state=state))
    late = encode_late(encode(message))
    assert is_summary(encode(message))
    assert is_summary(late)
    expected = msgspec.structs.replace(message, backfilled=True)
    assert msgspec.json.decode(late, type=SummaryMessage) == expected


def test_other_payloads_are_no_summaries(builder: MessageBuilder, started: Detection) -> None:
    """A detection, one of another version, and bytes that are no message."""
    payload = encode(builder.detection(started))
    for other in (payload, payload[:-1] + b',"later":1}', b"[]", b"\xff", b'{"since": 3}'):
        assert not is_summary(other)
