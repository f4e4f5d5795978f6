"""Collects the values of the page of the review."""

import logging
import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from soundpost.evidence.store.files import PICTURE, SOUND
from soundpost.review import Decision, ReviewedEvent, Verdict
from soundpost.review.precision import LabelFigures, total
from soundpost.system.log_once import LogOnce
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.render import query
from soundpost_web.review.decisions import sibling
from soundpost_web.review.desk import MOST_BULK, Queue, ReviewDesk
from soundpost_web.review.fetch_ahead import FetchAhead
from soundpost_web.review.form import PAGE_EVENTS, VERDICTS, ReviewForm, orders
from soundpost_web.review.importer import ClipImporter
from soundpost_web.settings.zones import Zones

_IMPORT_SECONDS = 2.0
"""The longest wait for the folders to be read; a page that is loaded again has the rest."""

_log = logging.getLogger("soundpost.web")


class ReviewRow(NamedTuple):
    """An event as the template shows it; texts are not escaped yet.

    Attributes:
        id: Its id.
        label: Its label.
        shown: Its common name, or its label.
        node: Its node.
        time: Its onset in the zone of the node; empty if it is not known.
        score: Its score.
        threshold: The score that starts an event; empty if it is not known.
        verdict: The verdict that counts, in words; empty if there is none.
        is_here: True if its sound is there.
        sound: The address of its sound.
        picture: The address of its spectrogram.
        keys: The labels of the keys 1 to 9.
    """

    id: str
    label: str
    shown: str
    node: str
    time: str
    score: str
    threshold: str
    verdict: str
    is_here: bool
    sound: str
    picture: str
    keys: list[str]


class ReviewPage:
    """Collects what the page of the review shows.

    Args:
        desk: The queue.
        importer: Reads new clips.
        zones: The zones of nodes.
        text: The texts.

    Attributes:
        ahead: Requests clips from nodes; None if none are.
    """

    ahead: FetchAhead | None = None

    def __init__(
        self, desk: ReviewDesk, importer: ClipImporter, zones: Zones, text: Catalogue
    ) -> None:
        self._desk = desk
        self._importer = importer
        self._zones = zones
        self._text = text
        self._failure = LogOnce(_log)

    def values(self, form: ReviewForm, reviewer: str, *, may_fetch: bool) -> dict[str, object]:
        """Returns what the template takes.

        Args:
            form: The choice of the queue.
            reviewer: The person.
            may_fetch: True if the next clips are requested from their nodes for this person.

        Raises:
            ReviewError: The store cannot be used.
        """
        is_read = self._importer.refresh(_IMPORT_SECONDS)
        queue = self._desk.queue(form, reviewer)
        rows = [self._row(each, queue) for each in queue.events]
        current = next((row for row in rows if row.id == form.event), rows[0] if rows else None)
        sum_of_all = total(queue.summary.figures.values())
        return {
            "form": form,
            "rows": rows,
            "current": current,
            "following": _following(rows, current),
            "total": queue.total,
            "first": form.first,
            "page_events": PAGE_EVENTS,
            "most_bulk": MOST_BULK,
            "figures": [self.figures(own) for own in queue.summary.figures.values()],
            "reviewed": sum_of_all.reviewed,
            "all_events": sum_of_all.events,
            "sum": self.figures(sum_of_all),
            "nodes": queue.summary.nodes,
            "label_choices": list(queue.summary.figures),
            "known_labels": queue.summary.labels.all,
            "verdicts": VERDICTS,
            "orders": orders(),
            "is_read": is_read,
            "elsewhere": self._fetch_ahead(form, rows) if may_fetch else [],
        }

    def _fetch_ahead(self, form: ReviewForm, rows: list[ReviewRow]) -> list[str]:
        """Requests the next clips, and returns in words what is not here."""
        if self.ahead is None:
            return []
        ready = sum(row.is_here and not row.verdict for row in rows)
        try:
            ahead = self.ahead.update(form, ready)
        except sqlite3.Error as error:
            self._failure.fail("the history cannot be read: %s", error)
            return []
        self._failure.recover("the history is read again")
        if ahead.has_arrived:
            self._importer.expire()
        return [
            self._text(f"review.elsewhere_{reason}", node=node, count=clips, message=message)
            for node, reason, clips, message in ahead.nodes
        ]

    def figures(self, own: LabelFigures) -> dict[str, object]:
        """Returns the figures of a label in words."""
        interval = own.interval
        precision = ""
        if own.precision is not None and interval is not None:
            precision = self._text(
                "review.precision",
                precision=f"{100 * own.precision:.0f}",
                low=f"{100 * interval[0]:.0f}",
                high=f"{100 * interval[1]:.0f}",
            )
        counts = {str(verdict): own.verdicts[verdict] for verdict in Verdict}
        return {
            "label": own.label,
            "events": own.events,
            "reviewed": own.reviewed,
            "counts": counts,
            "precision": precision or self._text("review.no_precision"),
        }

    def verdict_text(self, decision: Decision | None) -> str:
        """Returns a verdict in words; empty without one."""
        if decision is None:
            return ""
        return self._text(f"review.is_{decision.verdict}", label=decision.label or "")

    def verdict_texts(self, event_ids: list[str]) -> Mapping[str, str]:
        """Returns the verdicts on events in words, by their ids.

        Raises:
            ReviewError: The store cannot be used.
        """
        found = self._desk.decisions(event_ids)
        return {event_id: self.verdict_text(decision) for event_id, decision in found.items()}

    def _row(self, reviewed: ReviewedEvent, queue: Queue) -> ReviewRow:
        event = reviewed.event
        time = ""
        if event.onset_utc_ms is not None:
            local = self._zones.local(event.node, event.onset_utc_ms)
            time = local.strftime("%Y-%m-%d %H:%M:%S")
        return ReviewRow(
            id=event.id,
            label=event.label,
            shown=event.common_name or event.label,
            node=event.node,
            time=time,
            score=f"{event.score:.2f}",
            threshold="" if event.threshold is None else f"{event.threshold:.2f}",
            verdict=self.verdict_text(reviewed.decision),
            is_here=(reviewed.origin.folder / sibling(reviewed, SOUND)).is_file(),
            sound=f"/review/file?{query(event=event.id, kind=SOUND[1:])}",
            picture=f"/review/file?{query(event=event.id, kind=PICTURE[1:])}",
            keys=list(queue.summary.labels.keys_of(event.label)),
        )


def _following(rows: list[ReviewRow], current: ReviewRow | None) -> ReviewRow | None:
    """Returns the row after the current one; None if there is none."""
    ids = [row.id for row in rows]
    at = ids.index(current.id) + 1 if current else len(rows)
    return rows[at] if at < len(rows) else None
