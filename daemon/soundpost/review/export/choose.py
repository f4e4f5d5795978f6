"""Chooses the events of a training folder, and their labels."""

from collections.abc import Iterable
from dataclasses import dataclass

from soundpost.review.event import ReviewedEvent, Verdict
from soundpost.review.export.labels import BACKGROUND, training_label
from soundpost.review.export.timeline import Placed, Timeline, place


@dataclass(frozen=True, slots=True)
class Chosen:
    """An event of a training folder.

    Attributes:
        placed: The event.
        label: Its label there.
    """

    placed: Placed
    label: str


@dataclass(slots=True)
class Choice:
    """The events that are exported, and the number of those that are not.

    Attributes:
        chosen: The events, in the order in which they were given.
        undecided: Events without a verdict, or that the person was unsure of.
        mixed: Right events within which another label sounds, and wrong ones within which another
            event may be right: training gives a sound one label, or none.
    """

    chosen: list[Chosen]
    undecided: int = 0
    mixed: int = 0


def choose(events: Iterable[ReviewedEvent], all_events: Iterable[ReviewedEvent]) -> Choice:
    """Returns the events that training can learn from.

    Right events keep their label, relabelled ones have the given one, and wrong ones are
    background: sound without a label.

    Args:
        events: The events to export.
        all_events: All events of their recordings, exported or not.
    """
    timeline = Timeline(all_events)
    choice = Choice([])
    for event in events:
        if event.decision is None or event.decision.verdict is Verdict.UNSURE:
            choice.undecided += 1
            continue
        placed = place(event)
        true_label = event.true_label
        others = [other.reviewed for other in timeline.overlapping(placed)]
        if any(_clashes(true_label, other) for other in others):
            choice.mixed += 1
            continue
        label = BACKGROUND if true_label is None else training_label(true_label)
        choice.chosen.append(Chosen(placed, label))
    return choice


def _clashes(true_label: str | None, other: ReviewedEvent) -> bool:
    """Returns whether an event that sounds at the same time spoils an example."""
    if true_label is None:
        return other.decision is None or other.decision.verdict is not Verdict.WRONG
    return other.true_label is not None and training_label(other.true_label) != training_label(
        true_label
    )
