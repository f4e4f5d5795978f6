"""The queue of a person, and the verdicts that they give."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from soundpost.errors import ReviewError
from soundpost.evidence.store.clip_file import ClipFile
from soundpost.review import (
    Decision,
    ReviewedEvent,
    ReviewStore,
    Selection,
    Verdict,
    open_store,
)
from soundpost.review.event import OriginKind
from soundpost.review.precision import LabelFigures
from soundpost.review.store.overview import Overview, Part, Summary
from soundpost_web.clips.folders import ClipFolders
from soundpost_web.review.decisions import decisions_on, seed_of, sibling
from soundpost_web.review.form import PAGE_EVENTS, ReviewForm

MOST_BULK = 10_000
"""Events that one form gives a verdict on; some 10 MB of memory, and a second."""


class Queue(NamedTuple):
    """A part of a queue.

    Attributes:
        events: Its events; the one that the address names is the first if it is of another part.
        total: The number of events of the queue.
        summary: The counts of all events, also of other queues.
    """

    events: list[ReviewedEvent]
    total: int
    summary: Summary


class ReviewDesk:
    """Reads and writes the store; each call opens it, in the thread that calls.

    Only events of the folders of this page are shown: the store may have others, whose files this
    page has no business with.

    Args:
        path: The store.
        folders: The folders of clips.
    """

    def __init__(self, path: Path, folders: ClipFolders) -> None:
        self._path = path
        self._folders = folders

    def queue(self, form: ReviewForm, reviewer: str) -> Queue:
        """Returns a part of a queue.

        Args:
            form: The choice.
            reviewer: The person: each has another random order.

        Raises:
            ReviewError: The store cannot be used.
        """
        with open_store(self._path) as store:
            overview, origins = Overview(store), self._origins(store)
            selection, everything = form.selection(origins), Selection(origins)
            part = Part(form.order, form.first, PAGE_EVENTS, seed_of(reviewer))
            events = overview.events(selection, part)
            if form.event and all(each.event.id != form.event for each in events):
                events = [*self._named(store, origins, form.event), *events]
            return Queue(events, overview.count(selection), overview.summary(everything))

    def events(self, event_ids: Sequence[str]) -> list[ReviewedEvent]:
        """Returns those of the events that are of this page.

        Raises:
            ReviewError: The store cannot be used.
        """
        with open_store(self._path) as store:
            own = self._origins(store)
            return [each for wanted in event_ids for each in self._named(store, own, wanted)]

    def open_file(self, event_id: str, suffix: str) -> ClipFile:
        """Opens a file of the clip of an event.

        Raises:
            OSError: There is none.
            ReviewError: The store cannot be used.
        """
        for found in self.events([event_id]):
            return ClipFile(found.origin.folder, sibling(found, suffix))
        raise FileNotFoundError(event_id)

    def decide(
        self, event_ids: Sequence[str], verdict: Verdict | None, label: str, reviewer: str
    ) -> int:
        """Gives events one verdict; returns the number of the action.

        Args:
            event_ids: The events.
            verdict: The verdict; None for another label.
            label: That label. An event that has it is right.
            reviewer: The person.

        Raises:
            ReviewError: It cannot be stored, or an event is none of this page.
        """
        with open_store(self._path) as store:
            origins = self._origins(store)
            events = [store.event(event_id) for event_id in dict.fromkeys(event_ids)]
            if any(each.origin.number not in origins for each in events):
                raise ReviewError("an event is none of this page", hint="load the page again")
            labels = [(each.event.id, each.event.label) for each in events]
            return store.record(decisions_on(labels, verdict, label), reviewer)

    def decide_all(
        self, form: ReviewForm, count: int, verdict: Verdict | None, label: str, reviewer: str
    ) -> int:
        """Gives all events of a queue one verdict; returns the number of the action.

        Args:
            form: The choice of the queue.
            count: The number of its events as the person saw it.
            verdict: The verdict; None for another label.
            label: That label.
            reviewer: The person.

        Raises:
            ReviewError: The queue has another number of events by now, or too many; or it cannot
                be stored.
        """
        with open_store(self._path) as store:
            selection = form.selection(self._origins(store))
            events = Overview(store).ids(selection, MOST_BULK + 1)
            if len(events) > MOST_BULK:
                raise ReviewError(
                    f"the queue has more than {MOST_BULK} events", hint="choose fewer of them"
                )
            if not events or len(events) != count:
                raise ReviewError(
                    f"the queue has {len(events)} events by now, and had {count}",
                    hint="look at it again",
                )
            return store.record(decisions_on(events, verdict, label), reviewer)

    def undo(self, action: int, reviewer: str) -> list[str]:
        """Takes an action of a person back; returns the ids of its events.

        Raises:
            ReviewError: It cannot be stored.
        """
        with open_store(self._path) as store:
            return store.undo(action, reviewer)

    def figures(self, label: str) -> LabelFigures:
        """Returns the figures of a label.

        Raises:
            ReviewError: The store cannot be used.
        """
        with open_store(self._path) as store:
            selection = Selection(self._origins(store), [label])
            return Overview(store).summary(selection).figures.get(label, LabelFigures(label))

    def decisions(self, event_ids: Sequence[str]) -> Mapping[str, Decision]:
        """Returns the verdicts that count for events; nothing if nobody has reviewed yet.

        Raises:
            ReviewError: The store cannot be used.
        """
        if not event_ids or not self._path.exists():
            return {}
        with open_store(self._path) as store:
            return Overview(store).decisions(event_ids)

    def label_of(self, event_id: str) -> str:
        """Returns the label of an event.

        Raises:
            ReviewError: There is no such event.
        """
        with open_store(self._path) as store:
            return store.event(event_id).event.label

    def _origins(self, store: ReviewStore) -> list[int]:
        found = (
            store.find_origin(OriginKind.CLIPS, folder.absolute()) for folder in self._folders.all
        )
        return [origin.number for origin in found if origin is not None]

    @staticmethod
    def _named(store: ReviewStore, origins: Sequence[int], event_id: str) -> list[ReviewedEvent]:
        try:
            event = store.event(event_id)
        except ReviewError:  # none of that id, or the store is gone, which the next query reports
            return []
        return [event] if event.origin.number in origins else []
