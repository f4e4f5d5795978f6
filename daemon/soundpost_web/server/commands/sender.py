"""Sends commands of an admin to nodes, and waits for their results."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from soundpost.messages.command import read_command
from soundpost_web.access.roles import Visitor
from soundpost_web.nodes.node import NodeState
from soundpost_web.nodes.reports import NodeResult
from soundpost_web.nodes.state import LiveState

RESULT_SECONDS = 3.0
"""For the result: the page then has it at once. What takes longer is `started`."""
_LOOK_SECONDS = 0.05
REPEAT_SECONDS = 15.0
"""From one repetition of a command to the next: a node replies to it with the result so far."""
_MOST_REPEATED = 20
"""Commands that can be repeated, each of 16 kB at most: more than people wait for at once."""

Put = Callable[[str, str, str, bytes], bool]

_log = logging.getLogger("soundpost.web")


class NewCommand(NamedTuple):
    """A valid command.

    Attributes:
        name: The last level of its topic.
        id: Its id.
        payload: The command as it is sent.
    """

    name: str
    id: str
    payload: bytes


class _Sent(NamedTuple):
    """A command, its node, and the time at which it was sent last."""

    node: str
    command: NewCommand
    at_seconds: float


def new_command(name: str, fields: Mapping[str, object]) -> NewCommand:
    """Returns a command with a new id.

    Args:
        name: The last level of its topic.
        fields: Its fields without the id.

    Raises:
        PublishError: It is no valid command.
    """
    command_id = f"web-{secrets.token_hex(8)}"
    payload = msgspec.json.encode({"id": command_id, **fields})
    read_command(name, payload)
    return NewCommand(name, command_id, payload)


class CommandSender:
    """Sends commands.

    Args:
        put: Takes a command; the arguments are those of `CommandQueue.put`.
        state: The state of the nodes, with the results.
    """

    def __init__(self, put: Put, state: LiveState) -> None:
        self._put = put
        self._state = state
        self._sent: dict[str, _Sent] = {}

    def node(self, name: str) -> NodeState | None:
        """Returns the state of a node; None for an unknown one."""
        return self._state.node(name)

    def result(self, node: str, command_id: str) -> NodeResult | None:
        """Returns the latest result of a command; None if there is none."""
        state = self._state.node(node)
        results = state.results if state else ()
        return next((result for result in results if result.id == command_id), None)

    def send(self, visitor: Visitor, node: str, command: NewCommand) -> bool:
        """Sends a command; returns False if the broker is away or too many wait.

        Args:
            visitor: The person.
            node: `<node>` or `<node>/<source>`.
            command: The command.
        """
        _log.info("%s sends %s to %s", visitor.name, command.name, node)
        self._sent[command.id] = _Sent(node, command, time.monotonic())
        for oldest in list(self._sent)[:-_MOST_REPEATED]:
            del self._sent[oldest]
        return self._put(node, command.name, command.id, command.payload)

    def repeat_if_due(self, node: str, command_id: str) -> None:
        """Sends a command again whose last result a person waits for.

        A node executes a command once, and publishes its result again. It may have published it
        while the broker was away.

        Args:
            node: The node.
            command_id: The command; one that this page has not sent since its start is left alone.
        """
        sent, now_seconds = self._sent.get(command_id), time.monotonic()
        if sent is None or sent.node != node or now_seconds - sent.at_seconds < REPEAT_SECONDS:
            return
        self._sent[command_id] = sent._replace(at_seconds=now_seconds)
        self._put(node, sent.command.name, command_id, sent.command.payload)

    async def wait_for_result(self, node: str, command_id: str) -> NodeResult | None:
        """Returns the first result of a command; None if it does not come soon."""
        await self.wait(lambda: self.result(node, command_id) is not None, RESULT_SECONDS)
        return self.result(node, command_id)

    @staticmethod
    async def wait(is_there: Callable[[], bool], longest_seconds: float) -> None:
        """Waits until a condition holds, for some time at most."""
        deadline = time.monotonic() + longest_seconds
        while time.monotonic() < deadline:
            if is_there():
                return
            await asyncio.sleep(_LOOK_SECONDS)
