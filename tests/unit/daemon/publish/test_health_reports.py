"""When health is told."""

import pytest

from soundpost.health import Health, Problem, Status
from soundpost.messages.builder import MessageBuilder
from soundpost.publish.health_reports import HealthReports

EVERY_SECONDS = 30.0
LOST = (Problem.NO_SAMPLES,)


class Bench:
    """Reports whose clock a test moves, and the problems that each of them told."""

    def __init__(self, builder: MessageBuilder) -> None:
        self.seconds = 1_000.0
        self.told: list[list[Problem]] = []
        self.reports = HealthReports(
            lambda message: self.told.append(message.problems),
            builder,
            Health(),
            EVERY_SECONDS,
            monotonic_seconds=lambda: self.seconds,
        )

    def go_on(self, seconds: float, problems: tuple[Problem, ...] = ()) -> int:
        """How often health was told in some seconds of a loop that turns ten times in each."""
        before = len(self.told)
        for _ in range(round(10 * seconds)):
            self.seconds += 0.1
            self.reports.tick(Status(problems=problems))
        return len(self.told) - before


@pytest.fixture
def bench(builder: MessageBuilder) -> Bench:
    """Reports that have told nothing yet."""
    return Bench(builder)


def test_health_is_told_at_once_and_every_so_often(bench: Bench) -> None:
    """Whatever was counted meanwhile, nothing included."""
    assert bench.go_on(1) == 1
    assert bench.go_on(10 * EVERY_SECONDS) == 10


def test_a_problem_is_told_when_it_comes_and_when_it_goes(bench: Bench) -> None:
    """At once and once; then as often as ever."""
    bench.go_on(1)
    assert bench.go_on(0.1, LOST) == 1
    assert bench.told[-1] == list(LOST)
    assert bench.go_on(EVERY_SECONDS - 1, LOST) == 0
    assert bench.go_on(2, LOST) == 1
    assert bench.go_on(0.1) == 1
    assert bench.told[-1] == []


def test_what_is_told_last_says_what_is_wrong(bench: Bench) -> None:
    """On leaving, too."""
    bench.reports.publish_now(LOST)
    assert bench.told == [list(LOST)]
