"""Matches the detected events of one label in one recording with its annotated sounds."""

from collections.abc import Sequence
from dataclasses import dataclass

from soundpost_training.field.recordings.sound import Sound
from soundpost_training.soundscape.detect.events import DetectedEvent

COLLAR_SECONDS = 1.0
"""An event counts for a sound that it overlaps, or misses by this much: half a window of 2 s, the
largest error of an onset that is searched in the window."""


@dataclass(frozen=True, slots=True)
class Match:
    """The outcome of matching.

    Attributes:
        found: For each sound, whether an event counts for it.
        delays_seconds: From the onset to the end of the window with which it was detected, of each
            sound in the foreground for which an event started after its onset.
        unmatched: The events that count for no sound.
    """

    found: tuple[bool, ...]
    delays_seconds: tuple[float, ...]
    unmatched: tuple[DetectedEvent, ...]


def match_events(sounds: Sequence[Sound], events: Sequence[DetectedEvent]) -> Match:
    """Returns which sounds are found, after what time, and the events that match no sound.

    One event may count for several sounds, and several events for one sound: the daemon joins two
    sounds in short succession, and a sound with pauses may start several events. An event that was
    retracted counts as any other, for it was published.

    Args:
        sounds: The annotated sounds of one label.
        events: The detected events of the same label.
    """
    found: list[bool] = []
    delays: list[float] = []
    for sound in sounds:
        matching = [event for event in events if _is_near(sound, event)]
        found.append(bool(matching))
        # An event that began before the sound, by a sound before it, says nothing of the delay.
        times = [
            event.detected_seconds - sound.onset_seconds
            for event in matching
            if event.detected_seconds >= sound.onset_seconds
        ]
        if times and not sound.is_background:
            delays.append(min(times))
    unmatched = (event for event in events if not any(_is_near(sound, event) for sound in sounds))
    return Match(tuple(found), tuple(delays), tuple(unmatched))


def _is_near(sound: Sound, event: DetectedEvent) -> bool:
    """Returns whether event and sound overlap, or are no more than the collar apart."""
    return (
        event.onset_seconds <= sound.offset_seconds + COLLAR_SECONDS
        and sound.onset_seconds - COLLAR_SECONDS <= event.offset_seconds
    )
