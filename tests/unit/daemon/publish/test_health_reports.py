"""Health reports: at intervals, and when problems change."""

import pytest

from soundpost.health import Health, Problem, Status
from soundpost.messages.builder import MessageBuilder
from soundpost.publish.health_reports import HealthReports

EVERY_SECONDS = 30.0
LOST = (Problem.NO_SAMPLES,)


class Bench:
    """Health reports with a clock that the test moves; records the problems of each message."""

    def __init__(self, builder: MessageBuilder) -> None:
        self.seconds = 1_000.0
        self.published: list[list[Problem]] = []
        self.reports = HealthReports(
            lambda message: self.published.append(message.problems),
            builder,
            Health(),
            EVERY_SECONDS,
            monotonic_seconds=lambda: self.seconds,
        )

    def run(self, seconds: float, problems: tuple[Problem, ...] = ()) -> int:
        """Ticks ten times a second for some seconds; returns how many messages were published."""
        before = len(self.published)
        for _ in range(round(10 * seconds)):
            self.seconds += 0.1
            self.reports.tick(Status(problems=problems))
        return len(self.published) - before


@pytest.fixture
def bench(builder: MessageBuilder) -> Bench:
    """Provides reports before the first message."""
    return Bench(builder)


def test_health_is_published_at_once_and_at_intervals(bench: Bench) -> None:
    """It does not matter whether anything was counted."""
    assert bench.run(1) == 1
    assert bench.run(10 * EVERY_SECONDS) == 10


def test_health_is_published_when_a_problem_begins_and_ends(bench: Bench) -> None:
    """It is published at once, one time; then at intervals."""
    bench.run(1)
    assert bench.run(0.1, LOST) == 1
    assert bench.published[-1] == list(LOST)
    assert bench.run(EVERY_SECONDS - 1, LOST) == 0
    assert bench.run(2, LOST) == 1
    assert bench.run(0.1) == 1
    assert bench.published[-1] == []


def test_the_last_message_has_the_problems(bench: Bench) -> None:
    """`publish_now` publishes at the end of a run."""
    bench.reports.publish_now(Status(problems=LOST))
    assert bench.published == [list(LOST)]
