"""Takes each message of the broker: checks it, and changes the state that the page shows."""

import logging
import time
from collections.abc import Callable

from soundpost.mqtt.message import IncomingMessage
from soundpost.system.rate_limit import LimitedLog
from soundpost_web.clips.fetch import ClipFetcher
from soundpost_web.history.message import EventMessage, Message
from soundpost_web.nodes import decode, reports
from soundpost_web.nodes.limits import UnreadableError
from soundpost_web.nodes.live_view import decode_live_view
from soundpost_web.nodes.node import NodeState
from soundpost_web.nodes.state import LiveState
from soundpost_web.nodes.topics import CLIP, NodeTopic, is_command, parse_topic

_LONGEST_RUN = 64

_log = logging.getLogger("soundpost.web")


class Inbox:
    """Decodes messages; a message that no node publishes is only counted and logged.

    Args:
        prefix: The first level of all topics.
        state: The state that they change.
        now_seconds: The wall clock.

    Attributes:
        clips: Receives clips that were requested; None if none are.
    """

    clips: ClipFetcher | None = None

    def __init__(
        self, prefix: str, state: LiveState, *, now_seconds: Callable[[], float] = time.time
    ) -> None:
        self._prefix = prefix
        self._state = state
        self._now_seconds = now_seconds
        self._rejections = LimitedLog(_log, "%d more messages were refused")

    def receive(self, message: IncomingMessage) -> Message | None:
        """Takes a message; returns what the history has to store, if anything."""
        self._state.counts.add_message()
        topic = parse_topic(self._prefix, message.topic)
        if topic is None and is_command(self._prefix, message.topic):
            return None  # as a request for a clip, which `+/+/clip` matches
        if topic is None:
            self._reject("topic", message, "no topic of a node")
            return None
        try:
            return self._take(topic, message)
        except UnreadableError as error:
            self._reject(topic.leaf, message, str(error))
            return None

    def _take(self, topic: NodeTopic, message: IncomingMessage) -> Message | None:
        node, payload = topic.node, message.payload
        if topic.leaf == "detections":
            return self._take_event(node, message)
        if topic.leaf == "summaries":
            return decode.decode_summary(node, payload)
        if topic.leaf == "level":
            level_dbfs = reports.decode_level(payload)
            self._update(message, node, lambda state, now: state.set_level(level_dbfs, now))
        elif topic.leaf == "live_view":
            self._state.on_live_view(node, decode_live_view(node, payload))
        elif topic.leaf == "status":
            self._take_status(node, message)
        elif not payload:
            pass  # a retained topic was removed; the node's status says the rest
        elif topic.leaf == CLIP:
            self._take_piece(node, message)
        elif topic.leaf == "result":
            self._take_result(node, message)
        elif topic.leaf == "health":
            health = reports.decode_health(payload)
            self._update(message, node, lambda state, now: state.set_health(health, now))
        else:
            settings = reports.decode_settings(payload)
            self._update(message, node, lambda state, _: setattr(state, "settings", settings))
        return None

    def _take_status(self, node: str, message: IncomingMessage) -> None:
        is_online = reports.decode_status(message.payload)
        if is_online is None:
            self._state.remove_status(node)
            return
        run_id = message.run_id[:_LONGEST_RUN] if message.run_id else None
        self._update(message, node, lambda state, _: state.set_status(run_id, is_online=is_online))

    def _take_piece(self, node: str, message: IncomingMessage) -> None:
        if self.clips is not None and not message.is_retained:
            self.clips.on_piece(node, message.payload)

    def _take_result(self, node: str, message: IncomingMessage) -> None:
        result = reports.decode_result(message.payload)
        if self.clips is None or not self.clips.on_result(node, result):
            self._update(message, node, lambda state, _: state.add_result(result))

    def _take_event(self, node: str, message: IncomingMessage) -> EventMessage | None:
        received_ms = round(self._now_seconds() * 1_000)
        event = decode.decode_event(node, message.payload, received_ms)
        if message.is_retained:  # a detection happens once; another client has retained it
            raise UnreadableError("a retained detection")
        if self._state.update_node(node, lambda _state, _now: None):
            self._state.update_event(event)
            return event
        self._reject("nodes", message, "too many nodes")
        return None

    def _update(
        self,
        message: IncomingMessage,
        node: str,
        change: Callable[[NodeState, float], None],
    ) -> None:
        if not self._state.update_node(node, change):
            self._reject("nodes", message, "too many nodes")

    def _reject(self, reason: str, message: IncomingMessage, why: str) -> None:
        self._state.counts.reject(reason)
        self._rejections.log("a message on %s is refused: %s", message.topic[:200], why[:200])
