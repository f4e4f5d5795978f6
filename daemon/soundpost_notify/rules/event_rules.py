"""The rules about sounds: which messages follow from a state of an event."""

import sqlite3
from collections.abc import Sequence

from soundpost.events import State
from soundpost_notify.compose.event_text import EventComposer
from soundpost_notify.queue.memory import (
    LatestSent,
    is_first_time,
    latest_sent,
    set_latest_sent,
    targets_of,
)
from soundpost_notify.queue.queue import MessageQueue
from soundpost_notify.rules.rule import Rule, when_ms
from soundpost_web.history.message import EventMessage
from soundpost_web.settings.zones import Zones


class EventRules:
    """Decides on each state of each event once; an event is sent once for each rule and target.

    Args:
        rules: The rules.
        queue: Takes the messages.
        composer: Writes them.
        zones: The zones of the nodes.
    """

    def __init__(
        self, rules: Sequence[Rule], queue: MessageQueue, composer: EventComposer, zones: Zones
    ) -> None:
        self._rules = tuple(rules)
        self._queue = queue
        self._composer = composer
        self._zones = zones

    def decide(
        self, connection: sqlite3.Connection, message: EventMessage, *, is_test: bool = False
    ) -> None:
        """Adds the messages that follow from a state of an event, within a transaction."""
        if not is_first_time(connection, message):
            return
        for rule in self._rules:
            sent_to = targets_of(connection, rule.name, message)
            if message.state is State.RETRACTED:
                self._retract(connection, rule, message, sent_to)
            elif not sent_to and rule.matches(message, self._zones, is_test=is_test):
                self._send(connection, rule, message, is_test=is_test)

    def _send(
        self, connection: sqlite3.Connection, rule: Rule, message: EventMessage, *, is_test: bool
    ) -> None:
        is_late = rule.is_late(message)
        if is_late and rule.config.late == "leave-out":
            return
        if rule.repetition.is_limited and not is_test:
            day = f"{self._zones.local(message.node, when_ms(message)):%Y-%m-%d}"
            now = LatestSent(self._queue.now_ms, day, message.score)
            latest = latest_sent(connection, rule.name, message)
            if not rule.repetition.admits(latest, now):
                return
            if latest is not None:
                now = now._replace(day=max(day, latest.day))
            set_latest_sent(connection, rule.name, message, now)
        content = self._composer.event(
            rule.name, message, [*rule.config.attach], is_late=is_late, is_test=is_test
        )
        for target in dict.fromkeys(rule.config.targets):
            self._queue.add(connection, content, target)

    def _retract(
        self,
        connection: sqlite3.Connection,
        rule: Rule,
        message: EventMessage,
        sent_to: Sequence[str],
    ) -> None:
        """Takes back what waits; what was sent has a follow-up if the rule says so."""
        event = self._composer.event(rule.name, message, [])
        for target in sent_to:
            is_withdrawn = self._queue.withdraw(connection, event.key(target))
            if not is_withdrawn and rule.config.retracted == "follow-up":
                self._queue.add(connection, self._composer.retraction(rule.name, message), target)
