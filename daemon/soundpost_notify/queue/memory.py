"""Earlier decisions: states of events, the latest messages of rules, reported nodes."""

import sqlite3
from typing import Literal, NamedTuple

from soundpost_web.history.message import EventMessage

NodeState = Literal["up", "silent", "deaf"]


class Reported(NamedTuple):
    """The state of a node that a rule has reported.

    Attributes:
        state: The state.
        at_ms: When it began, milliseconds since 1970.
    """

    state: NodeState
    at_ms: int


class LatestSent(NamedTuple):
    """The latest message of a rule about a label of a node.

    Attributes:
        at_ms: When it was decided, milliseconds since 1970.
        day: The day of the event at the node, as 2026-11-20.
        score: The score of the event.
    """

    at_ms: int
    day: str
    score: float


def is_first_time(connection: sqlite3.Connection, message: EventMessage) -> bool:
    """Records a state of an event; returns False if it was decided on before.

    The broker may deliver a message twice, and a node may publish one twice.
    """
    row = connection.execute(
        "SELECT states FROM seen WHERE node = ? AND event = ?", (message.node, message.id)
    ).fetchone()
    states = row[0] if row else 0
    if states & message.rank:
        return False
    connection.execute(
        "INSERT OR REPLACE INTO seen (node, event, states, at_ms) VALUES (?, ?, ?, ?)",
        (message.node, message.id, states | message.rank, message.received_ms),
    )
    return True


def targets_of(connection: sqlite3.Connection, rule: str, message: EventMessage) -> list[str]:
    """Returns the targets for which a rule has a message about an event, in any state."""
    rows = connection.execute(
        "SELECT target FROM deliveries WHERE node = ? AND event = ? AND rule = ?"
        " AND kind = 'event'",
        (message.node, message.id, rule),
    )
    return [target for (target,) in rows]


def latest_sent(
    connection: sqlite3.Connection, rule: str, message: EventMessage
) -> LatestSent | None:
    """Returns the latest message of a rule about the label of an event at its node."""
    row = connection.execute(
        "SELECT at_ms, day, score FROM sent WHERE rule = ? AND node = ? AND label = ?",
        (rule, message.node, message.label),
    ).fetchone()
    return LatestSent(*row) if row else None


def set_latest_sent(
    connection: sqlite3.Connection, rule: str, message: EventMessage, latest: LatestSent
) -> None:
    """Records the latest message of a rule."""
    connection.execute(
        "INSERT OR REPLACE INTO sent (rule, node, label, at_ms, day, score)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (rule, message.node, message.label, *latest),
    )


def reported_states(connection: sqlite3.Connection) -> dict[tuple[str, str], Reported]:
    """Returns the states of nodes that were reported, by rule and node."""
    rows = connection.execute("SELECT rule, node, state, at_ms FROM reported")
    return {(rule, node): Reported(state, at_ms) for rule, node, state, at_ms in rows}


def set_reported(connection: sqlite3.Connection, rule: str, node: str, reported: Reported) -> None:
    """Records the state of a node that a rule has reported."""
    connection.execute(
        "INSERT OR REPLACE INTO reported (rule, node, state, at_ms) VALUES (?, ?, ?, ?)",
        (rule, node, *reported),
    )


def forget_node(connection: sqlite3.Connection, node: str) -> None:
    """Removes what was reported about a node that is gone for good."""
    connection.execute("DELETE FROM reported WHERE node = ?", (node,))
