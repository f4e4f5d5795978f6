"""The numbers of messages of each node: stretches without a gap, and the gaps between them."""

import sqlite3
from typing import NamedTuple

from soundpost_web.history.message import Numbered

MOST_STRETCHES = 500
"""Of a node. Each gap of a real node is a loss that its log names; a node that counts wildly must
not fill the disk."""


class Gap(NamedTuple):
    """Messages of a node that never arrived.

    Attributes:
        node: `<node>` or `<node>/<source>`.
        first: The first missing number.
        last: The last one.
        from_ms: The time of the message before them.
        to_ms: The time of the message after them.
    """

    node: str
    first: int
    last: int
    from_ms: int
    to_ms: int

    @property
    def missing(self) -> int:
        """The number of messages that are missing."""
        return self.last - self.first + 1


def record_number(connection: sqlite3.Connection, number: Numbered) -> None:
    """Adds the number of a message to the stretches of its node.

    A number that the node has used before, for another message, begins another series: the node
    counts from 1 again (docs/PAYLOAD.md). So does one below the first that was ever received,
    because messages of a node arrive in order.
    """
    node, seq, at_ms, is_new_state = number
    row = connection.execute(
        "SELECT series, min(first) FROM numbers WHERE node = ? AND series ="
        " (SELECT max(series) FROM numbers WHERE node = ?)",
        (node, node),
    ).fetchone()
    series, first_ever = (row[0] or 0, row[1]) if row else (0, None)
    before = connection.execute(
        "SELECT first, last FROM numbers WHERE node = ? AND series = ? AND first <= ?"
        " ORDER BY first DESC LIMIT 1",
        (node, series, seq),
    ).fetchone()
    is_known = before is not None and seq <= before[1]
    if is_known and not is_new_state:
        return
    if is_known or (first_ever is not None and seq < first_ever):
        series, before = series + 1, None
    _add(connection, Numbered(node, seq, at_ms), series, before)
    _bound(connection, node)


def _add(
    connection: sqlite3.Connection,
    number: Numbered,
    series: int,
    before: tuple[int, int] | None,
) -> None:
    """Adds a number to the stretch that ends before it, else as a stretch of its own.

    A late message that fills a gap joins the stretches on both of its sides.
    """
    node, seq, at_ms, _ = number
    after = connection.execute(
        "SELECT last, last_ms FROM numbers WHERE node = ? AND series = ? AND first = ?",
        (node, series, seq + 1),
    ).fetchone()
    last, last_ms = after or (seq, at_ms)
    if after:
        connection.execute(
            "DELETE FROM numbers WHERE node = ? AND series = ? AND first = ?",
            (node, series, seq + 1),
        )
    if before and before[1] == seq - 1:
        connection.execute(
            "UPDATE numbers SET last = ?, last_ms = ? WHERE node = ? AND series = ? AND first = ?",
            (last, last_ms, node, series, before[0]),
        )
    else:
        connection.execute(
            "INSERT INTO numbers (node, series, first, last, first_ms, last_ms)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (node, series, seq, last, at_ms, last_ms),
        )


def _bound(connection: sqlite3.Connection, node: str) -> None:
    connection.execute(
        "DELETE FROM numbers WHERE node = :node AND (series, first) <= (SELECT series, first"
        " FROM numbers WHERE node = :node ORDER BY series DESC, first DESC LIMIT 1 OFFSET :most)",
        {"node": node, "most": MOST_STRETCHES},
    )


def gaps(
    connection: sqlite3.Connection,
    from_ms: int,
    to_ms: int,
    node: str | None = None,
    most: int = 100,
) -> list[Gap]:
    """Returns the gaps that end in a period, the latest first.

    Args:
        connection: The history.
        from_ms: The start of the period.
        to_ms: Its end.
        node: Of one node only.
        most: The longest list.
    """
    rows = connection.execute(
        "SELECT node, previous + 1, first - 1, previous_ms, first_ms FROM"
        " (SELECT node, first, first_ms,"
        "  lag(last) OVER (PARTITION BY node, series ORDER BY first) AS previous,"
        "  lag(last_ms) OVER (PARTITION BY node, series ORDER BY first) AS previous_ms"
        "  FROM numbers WHERE (:node IS NULL OR node = :node))"
        " WHERE previous IS NOT NULL AND first_ms BETWEEN :from_ms AND :to_ms"
        " ORDER BY first_ms DESC LIMIT :most",
        {"node": node, "from_ms": from_ms, "to_ms": to_ms, "most": most},
    )
    return [Gap(*row) for row in rows]
