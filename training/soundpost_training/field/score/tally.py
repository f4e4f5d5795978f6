"""Counts what was found, missed and detected falsely, recording by recording."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import TypeVar

from soundpost_training.field.recordings.recording import FieldRecording
from soundpost_training.field.recordings.sound import Sound
from soundpost_training.field.score.matching import match_events
from soundpost_training.soundscape.detect.events import DetectedEvent

Item = TypeVar("Item", Sound, DetectedEvent)

SECONDS_PER_HOUR = 3600.0


class Tally:
    """The counts of one model with one set of thresholds.

    Args:
        labels: The labels that are scored. Sounds and events of others are not counted.

    Attributes:
        sounds: Annotated sounds by label.
        found: Those of them that were found.
        foreground: Sounds in the foreground by label.
        found_foreground: Those of them that were found.
        delays: Delays in seconds by label.
        false_events: False events by label and kind of negatives.
        false_beside: False events by label in recordings outside the negatives.
        recordings: Negatives by kind.
    """

    def __init__(self, labels: Collection[str]) -> None:
        self.labels = frozenset(labels)
        self.sounds: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.foreground: Counter[str] = Counter()
        self.found_foreground: Counter[str] = Counter()
        self.delays: defaultdict[str, list[float]] = defaultdict(list)
        self.false_events: Counter[tuple[str, str]] = Counter()
        self.false_beside: Counter[str] = Counter()
        self.recordings: Counter[str] = Counter()
        self.annotated_seconds = 0.0
        self._kind_seconds: defaultdict[str, float] = defaultdict(float)
        self._excused_seconds: defaultdict[str, float] = defaultdict(float)

    def add(
        self, recording: FieldRecording, seconds: float, events: Sequence[DetectedEvent]
    ) -> None:
        """Adds the events of a recording of this length."""
        if recording.kind:
            self.recordings[recording.kind] += 1
            self._kind_seconds[recording.kind] += seconds
            for label in self.labels:
                if not recording.is_checked(label):
                    self._excused_seconds[label] += seconds
        else:
            self.annotated_seconds += seconds
        sounds_of = _by_label(recording.sounds)
        events_of = _by_label(events)
        for label in self.labels & (sounds_of.keys() | events_of.keys()):
            self._match(recording, label, sounds_of.get(label, []), events_of.get(label, []))

    def _match(
        self,
        recording: FieldRecording,
        label: str,
        sounds: Sequence[Sound],
        events: Sequence[DetectedEvent],
    ) -> None:
        match = match_events(sounds, events)
        self.sounds[label] += len(sounds)
        self.found[label] += sum(match.found)
        in_foreground = [
            found
            for sound, found in zip(sounds, match.found, strict=True)
            if not sound.is_background
        ]
        self.foreground[label] += len(in_foreground)
        self.found_foreground[label] += sum(in_foreground)
        self.delays[label] += match.delays_seconds
        if not recording.is_checked(label):
            return
        if recording.kind:
            self.false_events[label, recording.kind] += len(match.unmatched)
        else:
            self.false_beside[label] += len(match.unmatched)

    @property
    def kinds(self) -> list[str]:
        """The kinds of negatives, sorted."""
        return sorted(self.recordings)

    def kind_hours(self, kind: str) -> float:
        """Returns the length of a kind of negatives."""
        return self._kind_seconds[kind] / SECONDS_PER_HOUR

    @property
    def negative_hours(self) -> float:
        """Length of all negatives."""
        return sum(self._kind_seconds.values()) / SECONDS_PER_HOUR

    def checked_hours(self, label: str) -> float:
        """Returns the length of the negatives in which every event of a label is false."""
        return max(0.0, self.negative_hours - self._excused_seconds[label] / SECONDS_PER_HOUR)

    def false_count(self, label: str) -> int:
        """Returns the false events of a label in all negatives."""
        return sum(self.false_events[label, kind] for kind in self.recordings)


def _by_label(items: Sequence[Item]) -> dict[str, list[Item]]:
    by_label: dict[str, list[Item]] = {}
    for item in items:
        by_label.setdefault(item.label, []).append(item)
    return by_label
