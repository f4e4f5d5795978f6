"""Takes each message of the broker: checks it, and decides what follows from it."""

import logging
import sqlite3

from soundpost.mqtt.message import IncomingMessage
from soundpost.system.rate_limit import LimitedLog
from soundpost_notify.nodes.watch import NodeWatch
from soundpost_notify.queue.memory import forget_node
from soundpost_notify.rules.event_rules import EventRules
from soundpost_web.nodes import reports
from soundpost_web.nodes.decode import decode_event
from soundpost_web.nodes.limits import UnreadableError
from soundpost_web.nodes.topics import NodeTopic, is_command, parse_topic

EVENTS = ("detections", "selftest")
"""The topics of nodes of which every message counts."""
STATES = ("status", "health")
"""The topics of nodes of which the latest message counts."""
_LONGEST_SHOWN = 200
"""Characters of a topic or a reason in the log."""

_log = logging.getLogger("soundpost.notify")


class Inbox:
    """Decodes messages; a message that no node publishes is only logged.

    Args:
        prefix: The first level of all topics.
        rules: The rules about sounds.
        watch: The rules about nodes.
    """

    def __init__(self, prefix: str, rules: EventRules, watch: NodeWatch) -> None:
        self._prefix = prefix
        self._rules = rules
        self._watch = watch
        self._rejections = LimitedLog(_log, "%d more messages were refused")

    def take(
        self, connection: sqlite3.Connection, message: IncomingMessage, received_ms: int
    ) -> None:
        """Takes a message, within a transaction.

        Args:
            connection: The queue.
            message: The message.
            received_ms: When it was received, milliseconds since 1970.
        """
        topic = parse_topic(self._prefix, message.topic, EVENTS + STATES)
        if topic is None and is_command(self._prefix, message.topic):
            return  # a request for a self-test, which `+/+/selftest` matches
        if topic is None:
            self._reject(message, "no topic of a node")
            return
        try:
            self._take(connection, topic, message, received_ms)
        except UnreadableError as error:
            self._reject(message, str(error))

    def _reject(self, message: IncomingMessage, why: str) -> None:
        self._rejections.log(
            "a message on %s is refused: %s", message.topic[:_LONGEST_SHOWN], why[:_LONGEST_SHOWN]
        )

    def _take(
        self,
        connection: sqlite3.Connection,
        topic: NodeTopic,
        message: IncomingMessage,
        received_ms: int,
    ) -> None:
        node, payload = topic.node, message.payload
        if topic.leaf == "status":
            is_online = reports.decode_status(payload)
            if is_online is None:
                self._watch.forget(node)
                forget_node(connection, node)
            elif not self._watch.set_status(node, is_online=is_online):
                raise UnreadableError("too many nodes")
        elif topic.leaf == "health":
            if payload:  # an empty one removes the retained report; the status says the rest
                health = reports.decode_health(payload)
                if not self._watch.set_problems(node, tuple(health.problems)):
                    raise UnreadableError("too many nodes")
        else:
            if message.is_retained:  # a detection happens once; another client has retained it
                raise UnreadableError("a retained detection")
            is_test = topic.leaf == "selftest"
            event = decode_event(node, payload, received_ms, is_test=is_test)
            self._rules.decide(connection, event, is_test=is_test)
