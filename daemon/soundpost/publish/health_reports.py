"""Publishes health at intervals, and when problems change."""

import time
from collections.abc import Callable

from soundpost.health import Health, Problem, Status
from soundpost.messages.builder import MessageBuilder
from soundpost.messages.load import LoadMeter
from soundpost.messages.payload import HealthMessage


class HealthReports:
    """Publishes the counters at the start, at intervals, and when problems begin or end.

    It does not depend on sound: a node without a microphone publishes health too.

    Args:
        publish: Publishes a message.
        builder: Builds the message.
        health: The counters.
        every_seconds: The interval.
        monotonic_seconds: The clock of the interval.
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
        self._load_meter = LoadMeter()
        self._due_seconds = monotonic_seconds()
        self._published_problems: tuple[Problem, ...] = ()

    def tick(self, status: Status) -> None:
        """Publishes health when it is due, and at once when the problems change."""
        if (
            status.problems != self._published_problems
            or self._monotonic_seconds() >= self._due_seconds
        ):
            self.publish_now(status)

    def publish_now(self, status: Status) -> None:
        """Publishes health now."""
        load = self._load_meter.measure(status.queue_seconds)
        problems = status.problems
        self._publish(self._builder.health(self._health, time.time_ns(), problems, load))
        self._published_problems = problems
        self._due_seconds = self._monotonic_seconds() + self._every_seconds
