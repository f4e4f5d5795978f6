"""The result of the demonstration: the events of a scene, compared with what was played."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from scene import PAUSE_SECONDS, PlayedPart, Scene

EARLY_SECONDS = 1.0
"""Onsets may be this much before the sound; it is less than the pause before each part."""


class Event(NamedTuple):
    """An event that was published: its label, its onset in seconds since 1970."""

    label: str
    onset_seconds: float
    is_confirmed: bool


@dataclass(frozen=True)
class SceneResult:
    """Compares the published events with a scene.

    The scene's own time begins at an unknown moment while the daemon starts. The first event that
    has a label of the first sound begins with that sound, which gives this moment.

    Attributes:
        scene: The scene that was played.
        events: Its events, in the order of their first messages.
    """

    scene: Scene
    events: tuple[Event, ...]

    @property
    def detected(self) -> list[PlayedPart]:
        """The sounds that were confirmed while they were played, under a right label."""
        return [
            played
            for played in self._sounds
            if any(
                event.is_confirmed and event.label in played.part.labels
                for event in self._events_of(played)
            )
        ]

    @property
    def false_events(self) -> list[tuple[PlayedPart, Event]]:
        """The events over speech and music, confirmed or retracted, that are neither."""
        return [
            (played, event)
            for played in self.scene.played
            if not played.part.is_event
            for event in self._events_of(played)
            if event.label not in played.part.labels
        ]

    @property
    def other_events(self) -> list[tuple[PlayedPart, Event]]:
        """The events over the sounds that have another label."""
        return [
            (played, event)
            for played in self._sounds
            for event in self._events_of(played)
            if event.label not in played.part.labels
        ]

    def lines(self) -> Iterator[str]:
        """Yields the lines for the screen."""
        detected = ", ".join(played.part.name for played in self.detected)
        yield f"\nPlayed {len(self._sounds)} sounds, detected {len(self.detected)}: {detected}"
        if self.other_events:
            yield f"Other labels over these sounds: {_described(self.other_events)}"
        quiet = " and ".join(
            f"{played.end - played.start:.1f} s of {played.part.name}"
            for played in self.scene.played
            if not played.part.is_event
        )
        if quiet:
            false_events = _described(self.false_events) or "none"
            yield f"False events over {quiet}: {false_events}"

    @property
    def _sounds(self) -> list[PlayedPart]:
        return [played for played in self.scene.played if played.part.is_event]

    @property
    def _began_seconds(self) -> float:
        """The start of the scene in seconds since 1970."""
        first = self.scene.played[0]
        onsets = [event.onset_seconds for event in self.events if event.label in first.part.labels]
        if onsets:
            return onsets[0] - first.start
        return self.events[0].onset_seconds - first.start if self.events else 0.0

    def _events_of(self, played: PlayedPart) -> list[Event]:
        """Returns the events whose onsets are in a part, or in the pause after it."""
        start = self._began_seconds + played.start - EARLY_SECONDS
        end = self._began_seconds + played.end + PAUSE_SECONDS - EARLY_SECONDS
        return [event for event in self.events if start <= event.onset_seconds < end]


def _described(events: list[tuple[PlayedPart, Event]]) -> str:
    return ", ".join(f"{event.label} ({played.part.name})" for played, event in events)
