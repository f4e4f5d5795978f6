"""Learns a label from examples: fits a head, chooses its threshold, measures it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from soundpost.heads import GoldenEmbeddings, HeadWeights
from soundpost.system.clock import rfc3339
from soundpost.teach.examples import Examples, Stretch
from soundpost.teach.learn.events import CountedEvent, count_events
from soundpost.teach.learn.held_out import HeldOut, best, hold_out
from soundpost.teach.learn.rows import FitRows
from soundpost.teach.learn.threshold import choose_threshold, hours_of, keep_to_budget
from soundpost.teach.result import FalseEvent, Figures, Refusal

LEAST_RECALL = 0.5
"""A head that misses more than half of the recordings at its budget is refused."""
MOST_EVENTS = 20
"""Of the events that a result lists."""
_NANOSECONDS = 1_000_000_000
_GOLDEN_ROWS = 4


@dataclass(frozen=True, slots=True)
class Learned:
    """A head that was learned.

    Attributes:
        weights: Its weights; its score is 0.5 at its threshold.
        golden: Its golden vectors.
        figures: Measured on what it was not fitted on.
        refusal: The reason for which it must not be used; None if it may.
        rows: The windows of the label that it was fitted on.
        other_rows: All other windows that it was fitted on.
    """

    weights: HeadWeights
    golden: GoldenEmbeddings
    figures: Figures
    refusal: Refusal | None
    rows: int
    other_rows: int


def learn(examples: Examples, budget: float, progress: Callable[[int, int], None]) -> Learned:
    """Returns the head of examples, with figures of recordings that were held out.

    The order of the recordings changes nothing.

    Args:
        examples: With at least two recordings of the label.
        budget: False events an hour.
        progress: Called with the folds that are done, and all.
    """
    rows = FitRows(examples)
    fitted = rows.fit()
    held_out = hold_out(examples, rows, fitted, progress)
    negatives = examples.negatives
    threshold = choose_threshold(held_out, negatives, budget)
    threshold = keep_to_budget(held_out.negatives, negatives, threshold, budget)
    # The stored head has seen all of them. It must keep to the budget too.
    own_logits = [fitted.logits(stretch.embeddings) for stretch in negatives]
    threshold = keep_to_budget(own_logits, negatives, threshold, budget)
    figures = _figures(examples, held_out, threshold, budget)
    weights = fitted.head_weights(threshold)
    label_rows = sum(len(recording.rows) for recording in examples.label)
    return Learned(
        weights=weights,
        golden=GoldenEmbeddings.of(weights, _golden_rows(examples)),
        figures=figures,
        refusal=_refusal(examples, held_out, figures),
        rows=label_rows,
        other_rows=rows.count - label_rows,
    )


def _figures(examples: Examples, held_out: HeldOut, threshold: float, budget: float) -> Figures:
    detected = [
        bool(count_events([logits], [recording.stretch], threshold))
        for logits, recording in zip(held_out.label, examples.label, strict=True)
    ]
    negatives = examples.negatives
    events = count_events(held_out.negatives, negatives, threshold)
    hours = hours_of(negatives)
    return Figures(
        recordings=len(examples.label),
        detected=sum(detected),
        missed=[
            recording.stretch.name
            for recording, is_detected in zip(examples.label, detected, strict=True)
            if not is_detected
        ],
        separation=held_out.separation,
        other_recordings=len(examples.others),
        background_hours=hours_of(examples.background),
        negative_hours=hours,
        events=_worst(events),
        events_per_hour=len(events) / hours if hours else None,
        budget=budget,
        has_general=bool(len(examples.general)),
    )


def _refusal(examples: Examples, held_out: HeldOut, figures: Figures) -> Refusal | None:
    """Returns the reason for which a head must not be used; None if it may."""
    if figures.recall >= LEAST_RECALL:
        return None
    negatives = examples.negatives
    hours = hours_of(negatives)
    # The threshold that half of the recordings reach: what it would cost.
    middle = float(np.median([best(logits) for logits in held_out.label]))
    events = count_events(held_out.negatives, negatives, middle)
    reason = (
        f"at {figures.budget:g} false events an hour it would detect {figures.detected} of its "
        f"{figures.recordings} recordings"
    )
    if not events:
        hint = "more clips, of other days and distances: these are too unlike each other"
        return Refusal(reason, hint, 0.0, [])
    rate = len(events) / hours if hours else math.inf
    reason += f"; to detect half of them, {rate:.3g} false events an hour"
    hint = (
        "listen to these sounds: if one is the label, add its clip, or leave it out of the "
        "background; if not, give more clips, or a larger --budget"
    )
    return Refusal(reason, hint, rate, _worst(events))


def _worst(events: Sequence[CountedEvent]) -> list[FalseEvent]:
    ordered = sorted(events, key=lambda event: (-event.score, event.stretch.name, event.seconds))
    return [
        FalseEvent(
            name=event.stretch.name,
            seconds=round(event.stretch.begin_seconds + event.seconds, 2),
            score=round(event.score, 3),
            time=_time(event),
        )
        for event in ordered[:MOST_EVENTS]
    ]


def _time(event: CountedEvent) -> str | None:
    start = event.stretch.start_utc_ns
    return None if start is None else rfc3339(start + round(event.seconds * _NANOSECONDS))


def _golden_rows(examples: Examples) -> np.ndarray:
    """Returns windows of the label and of other sounds by turns, float32[n, size]."""
    label = [recording.rows[0] for recording in examples.label[:_GOLDEN_ROWS]]
    others: list[Stretch] = examples.negatives
    other = [stretch.embeddings[0] for stretch in others[:_GOLDEN_ROWS]]
    other += list(examples.general[: _GOLDEN_ROWS - len(other)])
    pairs = [row for pair in zip(label, other, strict=False) for row in pair]
    return np.stack(pairs or label)
