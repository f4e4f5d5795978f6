"""A field folder: its recordings, and what is known of the sounds in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from soundpost_training.dataset.readers.walk import walk
from soundpost_training.errors import DatasetError
from soundpost_training.field.recordings.annotated_sounds import read_annotated_sounds
from soundpost_training.field.recordings.annotations import ANNOTATIONS_FILE, HINT
from soundpost_training.field.recordings.label_tables import (
    CHECKED_FILE,
    EVERY_LABEL,
    NEGATIVES,
    SOUNDS_FILE,
    read_label_table,
)
from soundpost_training.field.recordings.sound import Sound, merge_overlapping
from soundpost_training.field.recordings.vocabulary import Vocabulary

OTHER_SUFFIXES = frozenset({".csv", ".tsv", ".json", ".html", ".md", ".txt", ".toml", ".pdf"})
"""Files of a field folder that are no recordings: tables, reports, notes."""


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


def read_negatives(folder: Path, vocabulary: Vocabulary) -> FieldSet:
    """Reads a field folder, or a folder of which all recordings are negatives.

    Args and Raises: as `read_field_set`.
    """
    return read_field_set(folder, vocabulary, all_negative=not (folder / NEGATIVES).is_dir())


def read_field_set(folder: Path, vocabulary: Vocabulary, *, all_negative: bool = False) -> FieldSet:
    """Reads a field folder.

    Below `negatives/KIND/`, every event is false unless its label is in `sounds.csv` or its sound
    is annotated. Elsewhere a recording is checked for the labels that are annotated in it and for
    those of `checked.csv`; an event of another label is neither right nor wrong.

    Args:
        folder: The folder.
        vocabulary: The labels that the tables may name.
        all_negative: Whether all recordings are negatives, as if the folder were `negatives/`.

    Raises:
        DatasetError: There is no recording, or a table is invalid or names an unknown file or
            label.
    """
    if not folder.is_dir():
        raise DatasetError(
            f"expected a folder of recordings, got {folder}, which is not there", hint=HINT
        )
    walked = walk(folder)
    paths = {
        path.relative_to(folder).as_posix(): path
        for path in walked.files
        if path.suffix.lower() not in OTHER_SUFFIXES
    }
    sounds = read_annotated_sounds(folder, paths, vocabulary)
    checked, may_sound = (
        read_label_table(folder, name, vocabulary.labels) for name in (CHECKED_FILE, SOUNDS_FILE)
    )
    prefix = f"{NEGATIVES}/" if all_negative else ""
    found = [
        FieldRecording(
            path=path,
            name=name,
            kind=(kind := _kind(prefix + name)),
            sounds=tuple(merge_overlapping(sounds.get(name, []))),
            checked=checked.labels_of(name) | _checked_labels(kind, sounds.get(name, [])),
            may_sound=may_sound.labels_of(name),
        )
        for name, path in sorted(paths.items())
    ]
    usable = tuple(each for each in found if each.sounds or each.checked)
    if not usable:
        raise DatasetError(
            f"expected annotated recordings or negatives in {folder}, got {len(found)} recordings "
            "without any",
            hint=f"write {ANNOTATIONS_FILE}, or put recordings into {NEGATIVES}/KIND/",
        )
    unused = (
        f"{each.name}: no annotation" for each in found if not each.sounds and not each.checked
    )
    return FieldSet(folder, usable, (*walked.left_out, *unused))


def _checked_labels(kind: str, sounds: Sequence[Sound]) -> frozenset[str]:
    """Returns the labels that a recording is checked for without an entry in a table."""
    return frozenset({EVERY_LABEL} if kind else {sound.label for sound in sounds})


def _kind(name: str) -> str:
    """Returns the first folder below `negatives/`; `negatives` for a file that lies there."""
    parts = PurePosixPath(name).parts
    if parts[0] != NEGATIVES:
        return ""
    return parts[1] if len(parts) > 2 else NEGATIVES  # noqa: PLR2004 - folder, kind, file
