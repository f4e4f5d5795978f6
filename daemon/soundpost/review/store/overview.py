"""Parts of a queue, and counts, read by SQL: of a store of any size, a page at a time."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from soundpost.review.event import Decision, ReviewedEvent, Verdict
from soundpost.review.label_keys import LabelSuggestions
from soundpost.review.precision import LabelFigures
from soundpost.review.queue import Order, random_key
from soundpost.review.store.rows import SELECT, read_events
from soundpost.review.store.selection import Selection
from soundpost.review.store.store import ReviewStore

# As `soundpost.review.queue.in_order` has them.
_MARGIN = (
    "CASE WHEN coalesce(threshold, 0.0) >= 1.0 THEN 0.0"
    " ELSE max(0.0, (score - coalesce(threshold, 0.0)) / (1.0 - coalesce(threshold, 0.0))) END"
)
_ORDERS: dict[Order, str] = {
    "uncertain": f"{_MARGIN}, id",
    "score": "-score, id",
    "time": "onset_utc_ms IS NULL, coalesce(onset_utc_ms, 0), file, begin_seconds, id",
    "random": "random_key(id), id",
}


class Part(NamedTuple):
    """A part of a queue.

    Attributes:
        order: The order of the queue.
        first: The number of events before it.
        most: The most events.
        seed: Of the random order.
    """

    order: Order
    first: int
    most: int
    seed: int = 0


class Summary(NamedTuple):
    """Counts of events.

    Attributes:
        figures: The figures of each label, by its name.
        nodes: The nodes that have events, by name.
        labels: The labels that events may be relabelled to.
    """

    figures: dict[str, LabelFigures]
    nodes: list[str]
    labels: LabelSuggestions


class Overview:
    """Queries of a store; only the events of a part are in memory.

    Args:
        store: The store.
    """

    def __init__(self, store: ReviewStore) -> None:
        self._database = store.database

    def count(self, selection: Selection) -> int:
        """Returns the number of events."""
        condition, values = selection.condition()
        query = f"SELECT count(*) FROM reviewed WHERE {condition}"  # noqa: S608 - conditions of ours
        count: int = self._database.rows(query, values)[0][0]
        return count

    def events(self, selection: Selection, part: Part) -> list[ReviewedEvent]:
        """Returns the events of a part of a queue, in its order."""
        condition, values = selection.condition()
        key = partial(random_key, part.seed)
        self._database.connection.create_function("random_key", 1, key, deterministic=True)
        query = f"{SELECT} WHERE {condition} ORDER BY {_ORDERS[part.order]} LIMIT ? OFFSET ?"
        return read_events(self._database.rows(query, [*values, part.most, part.first]))

    def ids(self, selection: Selection, most: int) -> list[tuple[str, str]]:
        """Returns the ids and labels of events, of so many at most."""
        condition, values = selection.condition()
        query = f"SELECT id, label FROM reviewed WHERE {condition} ORDER BY id LIMIT ?"  # noqa: S608 - as above
        return [(row[0], row[1]) for row in self._database.rows(query, [*values, most])]

    def summary(self, selection: Selection) -> Summary:
        """Returns the figures, the nodes and the labels of events, by one pass through them."""
        condition, values = selection.condition()
        query = (
            "SELECT label, node, verdict, true_label, count(*) FROM reviewed "  # noqa: S608 - as above
            f"WHERE {condition} GROUP BY label, node, verdict, true_label ORDER BY label"
        )
        figures: dict[str, LabelFigures] = {}
        nodes: set[str] = set()
        counts: Counter[str] = Counter()
        corrections: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for label, node, verdict, true_label, count in self._database.rows(query, values):
            own = figures.setdefault(label, LabelFigures(label))
            own.events += count
            nodes.add(node)
            counts[label] += count
            if verdict is not None:
                own.verdicts[Verdict(verdict)] += count
            if true_label is not None:
                counts[true_label] += count
                corrections[label][true_label] += count
        return Summary(figures, sorted(nodes), LabelSuggestions(counts, corrections))

    def decisions(self, event_ids: Sequence[str]) -> dict[str, Decision]:
        """Returns the verdicts that count for events, by their ids."""
        marks = ", ".join("?" * len(event_ids))
        query = (
            "SELECT id, verdict, true_label FROM reviewed "  # noqa: S608 - marks only
            f"WHERE id IN ({marks}) AND verdict IS NOT NULL"
        )
        rows = self._database.rows(query, event_ids)
        return {row[0]: Decision(row[0], Verdict(row[1]), row[2]) for row in rows}

    def files_of(self, origin: int) -> list[str]:
        """Returns the files of the events of a folder."""
        query = "SELECT file FROM events WHERE origin = ?"
        return [row[0] for row in self._database.rows(query, [origin])]

    def origins_of(self, event_ids: Sequence[str]) -> dict[str, int]:
        """Returns the numbers of the folders that events come from, by their ids."""
        marks = ", ".join("?" * len(event_ids))
        query = f"SELECT id, origin FROM events WHERE id IN ({marks})"  # noqa: S608 - as above
        return {row[0]: row[1] for row in self._database.rows(query, event_ids)}
