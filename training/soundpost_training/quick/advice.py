"""Advice after a training: what to record or to listen to next."""

from collections.abc import Iterator, Sequence

from soundpost_training.quick.figures import Figures
from soundpost_training.quick.thresholds import ENOUGH_RECALL, LabelThreshold, Negatives

FEW_RECORDINGS = 20
"""Source recordings of a label, about as many as ESC-50 has of each."""

POOR_RECALL = 0.7
"""A label with a lower share of recognised clips is named."""

CONFUSIONS_NAMED = 3
LABELS_NAMED = 5


def advice(
    figures: Figures,
    thresholds: Sequence[LabelThreshold],
    negatives: Negatives,
    budget: float,
    *,
    has_background: bool,
) -> list[str]:
    """Returns lines on what improves a network most, the most useful first.

    Args:
        figures: Of held-out clips.
        thresholds: Of each label.
        negatives: What false events were counted in.
        budget: False events an hour that each label may give.
        has_background: Whether there are recordings of the place without the labels.
    """
    return [
        *_background(thresholds, negatives, budget, has_background=has_background),
        *_more_of(figures),
        *_undetected(thresholds),
        *_listen_to(figures),
    ] or ["nothing stands out: let it run for some days, and add what it mistakes to the folders"]


def _background(
    thresholds: Sequence[LabelThreshold],
    negatives: Negatives,
    budget: float,
    *,
    has_background: bool,
) -> Iterator[str]:
    if not has_background:
        yield (
            "record an hour or more of the place without these sounds, and give the folder with "
            "--background: what other sounds trigger is not measured without it"
        )
    elif budget * negatives.hours < 1.0:
        yield (
            f"record more background: {negatives.hours:.2f} h cannot show {budget:g} false events "
            f"an hour; {1.0 / budget:.3g} h or more can"
        )
    over = [each for each in thresholds if not each.is_within_budget]
    for each in over[:LABELS_NAMED]:
        yield (
            f"{each.name} gives {each.false_events_per_hour:.1f} false events an hour even at "
            f"{each.on_threshold:g}: look for {each.name} in the {negatives.name}, or record more "
            "of it"
        )


def _more_of(figures: Figures) -> Iterator[str]:
    few = [label for label in figures.labels if label.recordings < FEW_RECORDINGS]
    for label in sorted(few, key=lambda label: label.recordings)[:LABELS_NAMED]:
        yield (
            f"more of {label.name}: {label.clips} clips of {label.recordings} recordings; "
            f"{FEW_RECORDINGS} recordings, on other days and at other distances, show how it varies"
        )


def _undetected(thresholds: Sequence[LabelThreshold]) -> Iterator[str]:
    missed = [each for each in thresholds if each.detected < ENOUGH_RECALL]
    for each in sorted(missed, key=lambda each: each.detected)[:LABELS_NAMED]:
        yield (
            f"{each.name} is detected in {each.detected:.0%} of its clips only, at "
            f"{each.on_threshold:g}: a larger --budget lowers that threshold, more recordings "
            "raise the scores"
        )


def _listen_to(figures: Figures) -> Iterator[str]:
    recall = {label.name: label.recall for label in figures.labels}
    for mistake in figures.mistakes[:CONFUSIONS_NAMED]:
        if mistake.clips > 1 or recall[mistake.label] < POOR_RECALL:
            yield (
                f"listen to {mistake.clips} clips of {mistake.label} taken for "
                f"{mistake.taken_for}: {', '.join(mistake.paths)}"
            )
