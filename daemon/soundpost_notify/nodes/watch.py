"""Compares the state of each node with the one that was reported, for each rule."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from soundpost_notify.compose.node_text import NodeChange
from soundpost_notify.nodes.following import Following
from soundpost_notify.nodes.watched import Watched
from soundpost_notify.queue.memory import NodeState, Reported
from soundpost_notify.settings import NodeRuleConfig
from soundpost_notify.settings.patterns import matches_node
from soundpost_web.nodes.state import MOST_NODES

BROKER = "the broker"
"""The name under which the broker is watched; no node can have it."""
_MILLISECONDS = 1_000


class NodeRule(NamedTuple):
    """A rule about nodes.

    Attributes:
        name: Its name, by which the queue knows it.
        config: Its table.
    """

    name: str
    config: NodeRuleConfig

    def covers(self, node: str) -> bool:
        """Returns whether the rule is about a node, or about the broker."""
        if node == BROKER:
            return self.config.broker
        return matches_node(self.config.nodes, node)


class Due(NamedTuple):
    """A state that is to be recorded, and sent unless the rule leaves it out.

    Attributes:
        change: The change that leads to it.
        state: The state.
        is_sent: True if it is a message.
    """

    change: NodeChange
    state: NodeState
    is_sent: bool


class NodeWatch:
    """Watches nodes, from one thread.

    A change counts once it has lasted for a while, and each rule sends so many messages about a
    node an hour at most.

    Args:
        rules: The rules.
        reported: The states that were reported before a restart, by rule and node.
        monotonic_seconds: The clock of the waits.
        now_seconds: The wall clock.
    """

    def __init__(
        self,
        rules: Iterable[NodeRule],
        reported: Mapping[tuple[str, str], Reported],
        *,
        monotonic_seconds: Callable[[], float] = time.monotonic,
        now_seconds: Callable[[], float] = time.time,
    ) -> None:
        self._rules = tuple(rules)
        self._monotonic_seconds = monotonic_seconds
        self._now_seconds = now_seconds
        self._is_connected = False
        began_seconds, now_ms = monotonic_seconds(), now_seconds() * _MILLISECONDS
        self._nodes = {BROKER: Watched(is_online=False)}
        self._following: dict[tuple[str, str], Following] = {}
        for (rule, node), latest in reported.items():
            self._nodes.setdefault(node, Watched())
            away_seconds = began_seconds - max(0.0, now_ms - latest.at_ms) / _MILLISECONDS
            self._following[rule, node] = Following(
                latest.state, latest.state, began_seconds, away_seconds, is_recorded=True
            )

    def connect(self) -> None:
        """Takes that the broker is connected; retained states of nodes follow."""
        self._is_connected = True
        for node in self._nodes.values():
            node.connect(self._monotonic_seconds())
        self._nodes[BROKER].is_online = None

    def disconnect(self, *, is_broker_away: bool) -> None:
        """Takes that the connection ended: nothing is known about nodes until it is back.

        Args:
            is_broker_away: False if the notifier has left the broker by itself.
        """
        self._is_connected = False
        self._nodes[BROKER].is_online = False if is_broker_away else None

    def set_status(self, name: str, *, is_online: bool) -> bool:
        """Takes the status of a node; returns False if there are too many nodes."""
        node = self._node(name)
        if node is None:
            return False
        node.set_online(self._monotonic_seconds(), is_online=is_online)
        return True

    def set_problems(self, name: str, problems: tuple[str, ...]) -> bool:
        """Takes the problems of a health report; returns False if there are too many nodes."""
        node = self._node(name)
        if node is None:
            return False
        node.report(problems, self._monotonic_seconds())
        return True

    def forget(self, name: str) -> None:
        """Takes that a node is gone for good."""
        self._nodes.pop(name, None)
        for key in [key for key in self._following if key[1] == name]:
            del self._following[key]

    def due(self) -> list[Due]:
        """Returns the states that are to be recorded now; `confirm` takes them when they are."""
        self._nodes[BROKER].sign_at_seconds = self._monotonic_seconds()
        found = (
            self._due(rule, node)
            for rule in self._rules
            for node in self._nodes
            if rule.covers(node) and (self._is_connected or node == BROKER)
        )
        return [due for due in found if due is not None]

    def confirm(self, due: Due) -> None:
        """Takes that a state is recorded."""
        following = self._following[due.change.rule, due.change.node]
        following.confirm(due.state, self._monotonic_seconds(), is_sent=due.is_sent)

    def _node(self, name: str) -> Watched | None:
        if name not in self._nodes and len(self._nodes) > MOST_NODES:
            return None
        return self._nodes.setdefault(name, Watched(sign_at_seconds=self._monotonic_seconds()))

    def _due(self, rule: NodeRule, name: str) -> Due | None:
        now_seconds = self._monotonic_seconds()
        present = self._nodes[name].present(rule.config, now_seconds)
        following = self._follow(rule, name, present.state, now_seconds)
        is_change = following.is_due(rule.config, now_seconds)
        if not is_change and following.is_recorded:
            return None
        state = present.state if is_change else following.reported
        lasted_seconds = now_seconds - following.since_seconds
        is_back = state == "up"
        change = NodeChange(
            rule.name,
            name,
            "back" if state == "up" else state,
            since_ms=round((self._now_seconds() - lasted_seconds) * _MILLISECONDS),
            seconds=following.since_seconds - following.away_seconds if is_back else lasted_seconds,
            reason=present.reason,
            problems=present.problems,
            is_last=following.is_last(rule.config),
        )
        return Due(change, state, is_sent=is_change and (rule.config.back or not is_back))

    def _follow(self, rule: NodeRule, name: str, state: NodeState, now_seconds: float) -> Following:
        """Returns how a rule follows a node, with its present state.

        A node that is offline when it is first seen may have been taken away long ago: that is no
        change. One that is deaf then is reported.
        """
        key = rule.name, name
        if key not in self._following:
            is_known = state != "silent" or name == BROKER
            reported: NodeState = "up" if is_known else "silent"
            self._following[key] = Following(reported, state, now_seconds, now_seconds)
        following = self._following[key]
        following.take(state, now_seconds)
        return following
