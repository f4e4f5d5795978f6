"""Latency: the time from a sound's onset to its detection."""

from collections.abc import Sequence

import msgspec
import numpy as np

from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.detect.events import ByRecording, DetectedEvent

LATE_SECONDS = 2.0
"""A detection later than this after a sound's offset does not count for the sound: no window
(1.935 s) that ends then still holds any of it."""


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Time from a sound's true onset to the end of the window that first detected it.

    Attributes:
        sounds: Number of sounds in the ground truth.
        detected: Number of them that were detected.
        median_seconds: Of the detected ones; 0 if there are none.
        p95_seconds: The 95th percentile, likewise.
    """

    sounds: int = msgspec.field(name="events")
    detected: int = msgspec.field(name="told")
    median_seconds: float
    p95_seconds: float

    @property
    def detected_share(self) -> float:
        """Share of the sounds that were detected; 0 if there are none."""
        return self.detected / max(1, self.sounds)


def latency(ground_truth: Sequence[Event], detected: ByRecording, labels: Sequence[str]) -> Latency:
    """Returns the latency of the sounds that are detected at all.

    A sound is detected by the first event of its label that is detected from its onset to two
    seconds after its offset, whether that event is retracted later or not.
    """
    sounds = [
        event for event in ground_truth if event.label in labels and event.recording in detected
    ]
    delays = [
        delay for sound in sounds if (delay := _delay(sound, detected[sound.recording])) is not None
    ]
    return Latency(
        sounds=len(sounds),
        detected=len(delays),
        median_seconds=float(np.median(delays)) if delays else 0.0,
        p95_seconds=float(np.percentile(delays, 95)) if delays else 0.0,
    )


def _delay(sound: Event, detected: Sequence[DetectedEvent]) -> float | None:
    latest = sound.offset_seconds + LATE_SECONDS
    times = [
        event.detected_seconds
        for event in detected
        if event.label == sound.label and sound.onset_seconds <= event.detected_seconds <= latest
    ]
    return min(times) - sound.onset_seconds if times else None
