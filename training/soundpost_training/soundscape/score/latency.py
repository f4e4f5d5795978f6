"""How long it takes until a sound is told."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.detect.events import DetectedEvent

LATE_SECONDS = 2.0
"""What is told later than this after a sound's offset does not count as telling it."""


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """From a sound's true onset to the end of the window with which it was told first.

    Attributes:
        events: How many sounds there were.
        told: How many of them were told.
        median_seconds: Of those; 0 if none was.
        p95_seconds: Of those.
    """

    events: int
    told: int
    median_seconds: float
    p95_seconds: float


def latency(
    truth: Sequence[Event], told: Mapping[str, Sequence[DetectedEvent]], labels: Sequence[str]
) -> Latency:
    """How long after their onset sounds are told, of those that are told at all.

    A sound is told by the first event of its label that is told from its onset to two seconds
    after its offset, whether it holds or not.
    """
    judged = [event for event in truth if event.label in labels and event.recording in told]
    waits = [wait for event in judged if (wait := _wait(event, told[event.recording])) is not None]
    return Latency(
        events=len(judged),
        told=len(waits),
        median_seconds=float(np.median(waits)) if waits else 0.0,
        p95_seconds=float(np.percentile(waits, 95)) if waits else 0.0,
    )


def _wait(event: Event, told: Sequence[DetectedEvent]) -> float | None:
    ends = event.offset_seconds + LATE_SECONDS
    moments = [
        one.told_seconds
        for one in told
        if one.label == event.label and event.onset_seconds <= one.told_seconds <= ends
    ]
    return min(moments) - event.onset_seconds if moments else None
