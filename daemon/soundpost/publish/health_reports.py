"""When health is told."""

import time
from collections.abc import Callable

from soundpost.health import Health, Problem, Status
from soundpost.messages.builder import MessageBuilder
from soundpost.messages.payload import HealthMessage


class HealthReports:
    """Tells the counters at first, every so often, and when problems come or go.

    That is so whether sound arrives or not.

    Args:
        publish: Tells them.
        builder: Words them.
        health: The counters.
        every_seconds: The time from one telling to the next.
        monotonic_seconds: The clock by which it passes.
    """

    def __init__(
        self,
        publish: Callable[[HealthMessage], None],
        builder: MessageBuilder,
        health: Health,
        every_seconds: float,
        *,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._publish = publish
        self._builder = builder
        self._health = health
        self._every_seconds = every_seconds
        self._monotonic_seconds = monotonic_seconds
        self._due_seconds = monotonic_seconds()
        self._told: tuple[Problem, ...] = ()

    def tick(self, status: Status) -> None:
        """Publishes health when it is due, and at once when the problems change."""
        if status.problems != self._told or self._monotonic_seconds() >= self._due_seconds:
            self.publish_now(status.problems)

    def publish_now(self, problems: tuple[Problem, ...]) -> None:
        """Tell health now."""
        self._publish(self._builder.health(self._health, time.time_ns(), problems))
        self._told = problems
        self._due_seconds = self._monotonic_seconds() + self._every_seconds
