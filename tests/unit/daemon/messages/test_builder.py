"""The message builder: ids, numbers, rounding and times."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.events import Detection, State
from soundpost.health import Health
from soundpost.messages import MessageBuilder
from soundpost.system.clock import rfc3339


def followed_by(started: Detection, state: State) -> Detection:
    """Returns a later state of the same event."""
    is_over = state in {State.ENDED, State.RETRACTED}
    return msgspec.structs.replace(
        started,
        state=state,
        offset_sample=48_000 if is_over else None,
        offset_utc_ns=started.onset_utc_ns + 2_000_000_000 if is_over else None,
    )


def test_all_states_of_an_event_share_its_id(builder: MessageBuilder, started: Detection) -> None:
    """A subscriber can join the states of an event."""
    states = [started, followed_by(started, State.CONFIRMED), followed_by(started, State.ENDED)]
    assert len({builder.detection(detection).id for detection in states}) == 1


def test_two_events_have_two_ids(builder: MessageBuilder, started: Detection) -> None:
    """Even with the same onset and label they differ."""
    other = msgspec.structs.replace(started, event=1)
    assert builder.detection(started).id != builder.detection(other).id


@pytest.mark.parametrize("end", [State.ENDED, State.RETRACTED])
def test_an_event_that_is_over_has_no_further_state(
    builder: MessageBuilder, started: Detection, end: State
) -> None:
    """A further state is a bug and raises KeyError."""
    builder.detection(started)
    builder.detection(followed_by(started, end))
    with pytest.raises(KeyError):
        builder.detection(followed_by(started, State.CONFIRMED))


def test_messages_are_numbered_from_one_without_a_gap(
    builder: MessageBuilder, started: Detection
) -> None:
    """A subscriber can detect missing messages."""
    assert [builder.detection(started).seq for _ in range(5)] == [1, 2, 3, 4, 5]


def test_scores_and_levels_are_rounded(builder: MessageBuilder, started: Detection) -> None:
    """A score has four decimals, a level has one, and there is no minus zero."""
    message = builder.detection(
        msgspec.structs.replace(started, score=0.123456, threshold=0.654321, level_dbfs=-0.04)
    )
    assert (message.score, message.threshold, str(message.level_dbfs)) == (0.1235, 0.6543, "0.0")


def test_an_ended_event_has_an_offset(builder: MessageBuilder, started: Detection) -> None:
    """The offset has the same format as the onset."""
    builder.detection(started)
    ended = builder.detection(followed_by(started, State.ENDED))
    assert (ended.onset, ended.offset) == ("2026-11-21T07:31:21.480Z", "2026-11-21T07:31:23.480Z")


def test_a_health_message_is_a_snapshot(builder: MessageBuilder) -> None:
    """Later counts do not change it."""
    health = Health(samples=16_000)
    report = builder.health(health, 0)
    health.samples += 1
    assert (report.counters.samples, report.heard_seconds) == (16_000, 1.0)


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)), st.integers(0, 999_999))  # noqa: DTZ001 - hypothesis requires naive bounds
def test_times_are_exact_to_the_millisecond(moment: datetime, rest_ns: int) -> None:
    """Times are cut to milliseconds, never rounded up, in any year."""
    moment = moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1_000 * 1_000)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    whole_ms = since.days * 86_400_000 + since.seconds * 1_000 + since.microseconds // 1_000
    text = rfc3339(whole_ms * 1_000_000 + rest_ns)
    assert datetime.fromisoformat(text) == moment
    assert len(text) == len("2026-11-20T07:31:21.480Z")


@pytest.mark.parametrize(
    ("state", "last"), [(State.STARTED, State.RETRACTED), (State.CONFIRMED, State.ENDED)]
)
def test_an_event_that_was_left_open_gets_its_last_message(
    builder: MessageBuilder, started: Detection, state: State, last: State
) -> None:
    """It is late, and has the next number; all else is that of the latest message."""
    latest = msgspec.structs.replace(builder.detection(started), state=state)
    seen_ns = started.onset_utc_ns + 90_500_000_000
    assert builder.closing(latest, seen_ns) == msgspec.structs.replace(
        latest, seq=2, state=last, offset="2026-11-21T07:32:51.980Z", backfilled=True
    )


def test_an_event_never_ends_before_it_began(builder: MessageBuilder, started: Detection) -> None:
    """The clock may have been set back since its onset."""
    latest = builder.detection(started)
    assert builder.closing(latest, 0).offset == latest.onset
