"""Failures are remembered for a while: of a clip, and of a node whose latest clips failed."""

from manual_clock import ManualClock

from soundpost_web.review import fetch_failures
from soundpost_web.review.fetch_failures import PAUSE_SECONDS, FetchFailures

NODE = "north-gate"


def test_one_clip_that_failed_says_nothing_of_the_others() -> None:
    """It may have been removed for space."""
    clock = ManualClock()
    failures = FetchFailures(clock)
    failures.add((NODE, "a"), "there is no clip file")
    assert failures.is_of((NODE, "a"))
    assert not failures.is_of((NODE, "b"))
    assert not failures.is_paused(NODE)
    assert failures.message(NODE) == "there is no clip file"
    clock.seconds += PAUSE_SECONDS
    assert not failures.is_of((NODE, "a"))


def test_a_node_rests_after_two_failures_until_a_clip_arrives_or_time_passes() -> None:
    """After the pause, one more failure is enough for the next pause."""
    clock = ManualClock()
    failures = FetchFailures(clock)
    for name in ("a", "b"):
        failures.add((NODE, name), f"the fault of {name}")
    assert failures.is_paused(NODE)
    assert not failures.is_paused("barn")
    assert failures.message(NODE) == "the fault of b"
    clock.seconds += PAUSE_SECONDS
    assert not failures.is_paused(NODE)
    failures.add((NODE, "c"), "again")
    assert failures.is_paused(NODE)
    failures.succeed(NODE)
    assert not failures.is_paused(NODE)
    assert failures.message(NODE) == ""


def test_only_so_many_clips_are_remembered() -> None:
    """The oldest one is forgotten."""
    failures = FetchFailures(ManualClock())
    for number in range(fetch_failures._MOST_CLIPS + 1):  # noqa: SLF001 - the limit
        failures.add((NODE, str(number)), "gone")
    assert not failures.is_of((NODE, "0"))
    assert failures.is_of((NODE, "1"))
