"""A queue of events that a person gives verdicts on, one after another, with undo."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soundpost.review import Decision, ReviewedEvent, ReviewStore, Verdict
from soundpost.review.precision import LabelFigures, figures_by_label


@dataclass(frozen=True, slots=True)
class _Step:
    """A verdict of this session: its action in the store, and its place in the queue."""

    action: int
    position: int


class ReviewSession:
    """The position in the queue, the verdicts of this session, and the figures so far.

    An event that another process gave a verdict on meanwhile is passed over, if the queue is of
    events without one.

    Args:
        store: The store.
        queue: The events, in their order.
        all_events: All events that the figures are of.
        reviewer: The person; may be empty.

    Attributes:
        queue: The events.
        position: That of the present event; the length of the queue behind the last one.
        given: The number of verdicts of this session that count.
    """

    def __init__(
        self,
        store: ReviewStore,
        queue: Sequence[ReviewedEvent],
        all_events: Iterable[ReviewedEvent],
        reviewer: str = "",
    ) -> None:
        self.queue = list(queue)
        self.position = 0
        self._store = store
        self._reviewer = reviewer
        self._figures = figures_by_label(all_events)
        self._steps: list[_Step] = []
        self._is_of_open_events = all(event.decision is None for event in queue)

    @property
    def given(self) -> int:
        """The number of verdicts of this session that were not undone."""
        return len(self._steps)

    @property
    def event(self) -> ReviewedEvent | None:
        """The present event; None behind the last one."""
        return self.queue[self.position] if self.position < len(self.queue) else None

    @property
    def upcoming(self) -> Sequence[ReviewedEvent]:
        """The present event and the two after it."""
        return self.queue[self.position : self.position + 3]

    def figures(self, label: str) -> LabelFigures:
        """Returns the figures of a label, with the verdicts of this session."""
        return self._figures.get(label, LabelFigures(label))

    def decide(self, verdict: Verdict, label: str | None = None) -> None:
        """Stores a verdict on the present event, and goes to the next one.

        Args:
            verdict: The verdict.
            label: The right label of a relabelled event. The event's own label makes it right.

        Raises:
            ReviewError: It cannot be stored; then nothing has changed.
        """
        present = self.event
        if present is None:
            return
        if label == present.event.label:
            verdict, label = Verdict.RIGHT, None
        action = self._store.record(
            [Decision(present.event.id, verdict, label)], reviewer=self._reviewer
        )
        self._steps.append(_Step(action, self.position))
        self._refresh(self.position)
        self.skip()

    def undo(self) -> bool:
        """Takes the last verdict of this session back; returns whether there was one.

        Raises:
            ReviewError: It cannot be stored; then nothing has changed.
        """
        if not self._steps:
            return False
        self._store.undo(self._steps[-1].action)
        self.position = self._steps.pop().position
        self._refresh(self.position)
        return True

    def skip(self) -> None:
        """Goes to the next event that has no verdict of another process."""
        self.position = min(self.position + 1, len(self.queue))
        while self._is_of_open_events and self.event is not None:
            before = self.event
            if before.decision is None and self._refresh(self.position).decision is None:
                return
            if before.decision is not None:  # of this session, reached by going back
                return
            self.position += 1

    def back(self) -> None:
        """Goes to the event before."""
        self.position = max(0, self.position - 1)

    def _refresh(self, position: int) -> ReviewedEvent:
        """Reads an event from the store again, and counts its change."""
        before = self.queue[position]
        now = self._store.event(before.event.id)
        self.queue[position] = now
        figures = self._figures.setdefault(now.event.label, LabelFigures(now.event.label))
        if before.decision is not None:
            figures.verdicts[before.decision.verdict] -= 1
        if now.decision is not None:
            figures.verdicts[now.decision.verdict] += 1
        return now
