"""The cooldown, the first of a day, and again if surer."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from soundpost_notify.queue.memory import LatestSent
from soundpost_notify.rules.repetition import Repetition

MINUTE_MS = 60_000
DAYS = ("2026-11-19", "2026-11-20", "2026-11-21")

moments = st.lists(
    st.tuples(st.integers(0, 20 * MINUTE_MS), st.sampled_from(DAYS), st.integers(0, 10_000)).map(
        lambda drawn: (drawn[0], drawn[1], drawn[2] / 10_000)
    ),
    max_size=40,
)


def sent(limit: Repetition, steps: list[tuple[int, str, float]]) -> list[LatestSent]:
    """Returns the messages that a limit admits.

    Args:
        limit: The limit.
        steps: The time since the event before, the day and the score of each event.
    """
    found: list[LatestSent] = []
    at_ms, latest = 0, None
    for elapsed_ms, day, score in steps:
        at_ms += elapsed_ms
        now = LatestSent(at_ms, day, score)
        if limit.admits(latest, now):
            found.append(now)
            latest = now if latest is None else now._replace(day=max(day, latest.day))
    return found


@given(moments, st.integers(0, 30))
def test_messages_are_a_cooldown_apart(steps: list[tuple[int, str, float]], minutes: int) -> None:
    """And no event is held back that comes later than that."""
    messages = sent(Repetition(cooldown_minutes=minutes), steps)
    assert all(
        later.at_ms - earlier.at_ms >= minutes * MINUTE_MS for earlier, later in pairwise(messages)
    )
    if minutes == 0:
        assert len(messages) == len(steps)
    assert bool(messages) == bool(steps)


@given(moments, st.integers(1, 30), st.integers(1, 10).map(lambda tenths: tenths / 10))
def test_a_message_within_the_cooldown_is_surer(
    steps: list[tuple[int, str, float]], minutes: int, surer_by: float
) -> None:
    """By the least difference, to the last decimal of a score."""
    messages = sent(Repetition(cooldown_minutes=minutes, surer_by=surer_by), steps)
    for earlier, later in pairwise(messages):
        is_surer = later.score - earlier.score >= surer_by - 1e-4
        assert is_surer or later.at_ms - earlier.at_ms >= minutes * MINUTE_MS


@given(moments)
def test_a_day_has_one_message(steps: list[tuple[int, str, float]]) -> None:
    """Also if events of yesterday arrive between those of today."""
    days = [message.day for message in sent(Repetition(first_of_day=True), steps)]
    assert len(set(days)) == len(days)
    assert days == sorted(days)


def test_a_difference_is_compared_as_it_is_written() -> None:
    """0.8 less 0.7 is a little less than 0.1 in binary."""
    limit = Repetition(cooldown_minutes=10.0, surer_by=0.1)
    latest = LatestSent(0, DAYS[0], 0.7)
    assert limit.admits(latest, LatestSent(1, DAYS[0], 0.8))
    assert not limit.admits(latest, LatestSent(1, DAYS[0], 0.7999))


def test_a_clock_that_was_set_back_ends_the_cooldown() -> None:
    """Otherwise a clock of 2036 would silence the rule for ten years."""
    limit = Repetition(cooldown_minutes=10.0)
    assert limit.admits(LatestSent(10**12, DAYS[0], 0.7), LatestSent(10**11, DAYS[0], 0.7))
