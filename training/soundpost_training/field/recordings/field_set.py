"""Reads a field folder: its recordings, and what is known of the sounds in each."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from soundpost_training.dataset.readers.walk import walk
from soundpost_training.errors import DatasetError
from soundpost_training.field.recordings.annotated_sounds import read_annotated_sounds
from soundpost_training.field.recordings.annotations import (
    ANNOTATIONS_FILE,
    ANNOTATIONS_FILES,
    HINT,
)
from soundpost_training.field.recordings.label_tables import (
    CHECKED_FILE,
    NEGATIVES,
    SOUNDS_FILE,
    read_label_table,
)
from soundpost_training.field.recordings.recording import FieldRecording, FieldSet
from soundpost_training.field.recordings.sound import Sound, merge_overlapping
from soundpost_training.field.recordings.vocabulary import EVERY_LABEL, Vocabulary

OTHER_SUFFIXES = frozenset({".csv", ".tsv", ".json", ".html", ".md", ".txt", ".toml", ".pdf"})
"""Files of a field folder that are no recordings: tables, reports, notes."""


TABLES = (*ANNOTATIONS_FILES, SOUNDS_FILE, CHECKED_FILE)
TABLE_SUFFIXES = frozenset({".csv", ".tsv"})

NAMED = 3
"""Recordings that an error names."""


def read_negatives(folder: Path, vocabulary: Vocabulary) -> FieldSet:
    """Reads a field folder, or a folder of which all recordings are negatives.

    Args: as `read_field_set`.

    Raises:
        DatasetError: As there; or there is no negative. Annotated recordings outside `negatives/`
            are none: nobody has said that their other sounds are none of the bundle's.
    """
    is_field = (folder / NEGATIVES).is_dir()
    are_named = is_field or folder.resolve().name == NEGATIVES
    field_set = read_field_set(folder, vocabulary, all_negative=not is_field)
    annotated = [each.name for each in field_set.recordings if each.sounds]
    if not any(each.kind for each in field_set.recordings) or (annotated and not are_named):
        raise DatasetError(
            f"expected negatives in {folder}, got recordings with annotated sounds alone: "
            f"{', '.join(annotated[:NAMED])}",
            hint=f"put recordings without sounds of the bundle into {folder / NEGATIVES}/KIND/, or "
            "name a folder of them with --negatives",
        )
    return field_set


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
        got = "a file" if folder.exists() else "which is not there"
        raise DatasetError(f"expected a folder of recordings, got {folder}, {got}", hint=HINT)
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
    usable, copies = _without_links([each for each in found if each.sounds or each.checked])
    if not usable:
        raise DatasetError(
            f"expected annotated recordings or negatives in {folder}, got neither; recordings "
            f"found: {len(found)}",
            hint=f"write {ANNOTATIONS_FILE}, or put recordings into {NEGATIVES}/KIND/",
        )
    unused = (
        f"{each.name}: no annotation" for each in found if not each.sounds and not each.checked
    )
    return FieldSet(
        folder, usable, (*walked.left_out, *_unread_tables(folder, walked.files), *copies, *unused)
    )


def _without_links(
    recordings: Sequence[FieldRecording],
) -> tuple[tuple[FieldRecording, ...], list[str]]:
    """Returns each recording once, and a line for each further link to it.

    Of several names of one file an annotated one is kept: hours and events must not count twice.
    """
    first: dict[Path, FieldRecording] = {}
    for each in sorted(recordings, key=lambda each: not each.sounds):
        first.setdefault(each.path.resolve(), each)
    kept = {each.name for each in first.values()}
    links = [
        f"{each.name}: the same file as {first[each.path.resolve()].name}"
        for each in recordings
        if each.name not in kept
    ]
    return tuple(each for each in recordings if each.name in kept), links


def _unread_tables(folder: Path, files: Iterable[Path]) -> Iterator[str]:
    """Yields a line for each table of a name that is not read, as a misspelt one would be."""
    read = {folder / name for name in TABLES}
    for path in files:
        if path.suffix.lower() in TABLE_SUFFIXES and path not in read:
            yield f"{path.relative_to(folder)}: a table must be {', '.join(TABLES)}"


def _checked_labels(kind: str, sounds: Sequence[Sound]) -> frozenset[str]:
    """Returns the labels that a recording is checked for without an entry in a table."""
    return frozenset({EVERY_LABEL} if kind else {sound.label for sound in sounds})


def _kind(name: str) -> str:
    """Returns the first folder below `negatives/`; `negatives` for a file that lies there."""
    parts = PurePosixPath(name).parts
    if parts[0] != NEGATIVES:
        return ""
    return parts[1] if len(parts) > 2 else NEGATIVES  # noqa: PLR2004 - folder, kind, file
