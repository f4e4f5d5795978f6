"""Rate limits: a flood is counted, a few lines in a row pass."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.system.rate_limit import LOGGED_BURST, SUMMARY_SECONDS, LimitedLog, RateLimit


class ManualClock:
    """A monotonic clock that the test sets."""

    now_seconds = 1_000.0

    def __call__(self) -> float:
        """Returns the time."""
        return self.now_seconds


@pytest.fixture
def clock() -> ManualClock:
    """Provides a clock that stands still."""
    return ManualClock()


@pytest.fixture
def log(clock: ManualClock) -> LimitedLog:
    """Provides a log of the test's own logger."""
    return LimitedLog(
        logging.getLogger("soundpost.test"), "%d more of them", monotonic_seconds=clock
    )


@given(st.integers(1, 50), st.floats(0.1, 100.0), st.lists(st.floats(0.0, 10.0), max_size=200))
def test_a_flood_is_admitted_at_the_rate(
    burst: int, per_second: float, waits_seconds: list[float]
) -> None:
    """After any waits no more has passed than the burst and the rate allow."""
    clock = ManualClock()
    limit = RateLimit(burst, per_second, monotonic_seconds=clock)
    admitted, began_seconds = 0, clock.now_seconds
    for wait_seconds in waits_seconds:
        clock.now_seconds += wait_seconds
        admitted += limit.admit()
        elapsed_seconds = clock.now_seconds - began_seconds
        assert admitted <= burst + elapsed_seconds * per_second + 1e-6
    clock.now_seconds += burst / per_second
    assert [limit.admit() for _ in range(burst - 1)] == [True] * (burst - 1)


def test_the_first_lines_are_logged_and_the_others_counted(
    log: LimitedLog, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Each further minute of a flood has one line with their number."""
    for number in range(1_000):
        log.log("line %d", number)
    assert caplog.messages == [f"line {number}" for number in range(LOGGED_BURST)]
    for minute in range(3):
        clock.now_seconds += SUMMARY_SECONDS
        for _ in range(100):
            log.log("again")
        assert len(caplog.messages) == LOGGED_BURST + 2 * (minute + 1)
    assert caplog.messages[LOGGED_BURST:] == [
        f"{1_000 - LOGGED_BURST} more of them",
        "again",
        "99 more of them",
        "again",
        "99 more of them",
        "again",
    ]


def test_the_end_of_a_flood_is_counted_too(
    log: LimitedLog, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """`flush` logs the number a minute later, once."""
    for number in range(LOGGED_BURST + 7):
        log.log("line %d", number)
    log.flush()
    assert len(caplog.messages) == LOGGED_BURST
    clock.now_seconds += SUMMARY_SECONDS
    log.flush()
    log.flush()
    assert caplog.messages[LOGGED_BURST:] == ["7 more of them"]
    for _ in range(3):
        log.log("again")
    log.flush(is_last=True)
    log.flush(is_last=True)
    assert caplog.messages[-2:] == ["again", "2 more of them"]
