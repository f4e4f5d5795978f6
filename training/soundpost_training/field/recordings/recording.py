"""The recordings of a field folder, and what is known of the sounds in each."""

from dataclasses import dataclass
from pathlib import Path

from soundpost_training.field.recordings.sound import Sound
from soundpost_training.field.recordings.vocabulary import EVERY_LABEL


@dataclass(frozen=True, slots=True)
class FieldRecording:
    """A recording, and what is known of its sounds.

    Attributes:
        path: The file.
        name: Its path within the field folder, with slashes.
        kind: The folder below `negatives/`; empty for a recording outside it.
        sounds: The annotated sounds, by onset.
        checked: Labels whose sounds are all annotated; `*` stands for all labels.
        may_sound: Labels that may sound without an annotation.
    """

    path: Path
    name: str
    kind: str
    sounds: tuple[Sound, ...]
    checked: frozenset[str]
    may_sound: frozenset[str]

    def is_checked(self, label: str) -> bool:
        """Returns whether an event of the label is false where no annotation has its sound."""
        is_named = label in self.checked or EVERY_LABEL in self.checked
        return is_named and label not in self.may_sound


@dataclass(frozen=True, slots=True)
class FieldSet:
    """The recordings of a field folder.

    Attributes:
        folder: The folder.
        recordings: Those that can be scored, by name.
        left_out: Names or reasons of those that cannot.
    """

    folder: Path
    recordings: tuple[FieldRecording, ...]
    left_out: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the annotated sounds, sorted."""
        sounds = (sound for recording in self.recordings for sound in recording.sounds)
        return tuple(sorted({sound.label for sound in sounds}))

    def sound_count(self, label: str) -> int:
        """Returns the number of annotated sounds of a label."""
        return sum(sound.label == label for each in self.recordings for sound in each.sounds)
