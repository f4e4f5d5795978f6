"""Commands on their way to nodes: from the server's thread to that of the subscriber."""

import threading
from collections import deque
from functools import partial

from soundpost.mqtt.connection import Connection
from soundpost.mqtt.message import OutgoingMessage
from soundpost.mqtt.wakeup import Wakeup
from soundpost_web.nodes.reports import NodeResult
from soundpost_web.nodes.state import LiveState

MOST_WAITING = 16
"""As many as a node takes at once."""


class CommandQueue:
    """Commands that wait for the thread that has the connection.

    A command is sent at once or not at all: one of an hour ago must not mute a node now.

    Args:
        prefix: The first level of all topics.
        state: The state of the nodes, which takes refusals of the broker as results.
        wakeup: Wakes the thread.
    """

    def __init__(self, prefix: str, state: LiveState, wakeup: Wakeup) -> None:
        self._prefix = prefix
        self._state = state
        self._wakeup = wakeup
        self._lock = threading.Lock()
        self._waiting: deque[OutgoingMessage] = deque()

    def put(self, node: str, name: str, command_id: str, payload: bytes) -> bool:
        """Takes a command; returns False if the broker is away or too many wait.

        Args:
            node: `<node>` or `<node>/<source>`.
            name: The last level of its topic.
            command_id: Its id.
            payload: The command.
        """
        on_ack = partial(self._on_ack, node, name, command_id)
        message = OutgoingMessage(f"{self._prefix}/{node}/command/{name}", payload, on_ack)
        with self._lock:
            if not self._state.broker.is_connected or len(self._waiting) >= MOST_WAITING:
                return False
            self._waiting.append(message)
        self._wakeup.set()
        return True

    def send(self, connection: Connection) -> None:
        """Sends what waits; called by the thread of the connection."""
        with self._lock:
            waiting, self._waiting = list(self._waiting), deque()
        for message in waiting:
            connection.publish(message)

    def clear(self) -> None:
        """Drops what waits: the connection is lost."""
        with self._lock:
            self._waiting.clear()

    def _on_ack(self, node: str, name: str, command_id: str, refusal: str | None) -> None:
        if refusal is not None:
            text = f"the broker refuses the command: {refusal}"
            result = NodeResult(id=command_id, command=name, status="failed", message=text)
            self._state.update_node(node, lambda found, _: found.add_result(result))
