"""The annotated sounds of a field folder, by recording."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from soundpost.errors import did_you_mean
from soundpost_training.errors import DatasetError
from soundpost_training.field.recordings.annotations import (
    annotations_table,
    label_file_of,
    read_annotations,
    read_label_file,
)
from soundpost_training.field.recordings.file_names import composed
from soundpost_training.field.recordings.length import recording_seconds
from soundpost_training.field.recordings.sound import Sound
from soundpost_training.field.recordings.vocabulary import Vocabulary

TOLERANCE_SECONDS = 0.25
"""An offset may lie this far beyond the end: programs round times, and codecs pad their frames."""


class _Place(NamedTuple):
    """A sound of a recording, and the place where it is annotated."""

    name: str
    sound: Sound
    where: str


def read_annotated_sounds(
    folder: Path, paths: Mapping[str, Path], vocabulary: Vocabulary
) -> dict[str, list[Sound]]:
    """Returns the annotated sounds by the name of their recording, with the bundle's labels.

    Args:
        folder: The field folder.
        paths: Its recordings by name.
        vocabulary: The labels that may be named.

    Raises:
        DatasetError: A table or label file is invalid, names an unknown recording or label, or
            has a time beyond the end of the recording; or a recording is annotated in two places.
    """
    table = annotations_table(folder)
    in_table = list(_in_table(table, paths)) if table is not None else []
    names = {place.name for place in in_table}
    sounds: dict[str, list[Sound]] = {}
    lengths: dict[str, float] = {}
    for place in (*in_table, *_in_label_files(paths, names)):
        label = vocabulary.label(place.sound.label, place.where)
        if place.name not in lengths:
            lengths[place.name] = recording_seconds(paths[place.name])
        seconds = lengths[place.name]
        if place.sound.offset_seconds > seconds + TOLERANCE_SECONDS:
            raise DatasetError(
                f"{place.where}: expected times within the {seconds:.2f} s of {place.name}, got an "
                f"offset at {place.sound.offset_seconds:g} s",
                hint="count the seconds from the start of the recording itself",
            )
        sounds.setdefault(place.name, []).append(replace(place.sound, label=label))
    return sounds


def _in_table(table: Path, paths: Mapping[str, Path]) -> Iterator[_Place]:
    folder = table.parent
    by_path = {composed(name): name for name in paths}
    by_file_name: dict[str, list[str]] = {}
    for name in paths:
        by_file_name.setdefault(composed(PurePosixPath(name).name), []).append(name)
    for annotation in read_annotations(table):
        # A program that annotates one folder writes file names alone.
        file = composed(annotation.file.replace("\\", "/"))
        same = (
            [by_path[file]] if file in by_path else by_file_name.get(PurePosixPath(file).name, [])
        )
        if len(same) != 1:
            got = f"several: {', '.join(same)}" if same else f"none of the name {annotation.file!r}"
            raise DatasetError(
                f"{annotation.where}: expected a recording of {folder}, got {got}",
                hint="name it relative to the field folder" if same else did_you_mean(file, paths),
            )
        yield _Place(same[0], annotation.sound, annotation.where)


def _in_label_files(paths: Mapping[str, Path], in_table: set[str]) -> Iterator[_Place]:
    for name, path in paths.items():
        label_file = label_file_of(path)
        if label_file is None:
            continue
        if name in in_table:
            raise DatasetError(
                f"expected the sounds of {name} in one place, got them in {label_file.name} and in "
                "the table of annotations",
                hint="keep one of them",
            )
        for sound, where in read_label_file(label_file):
            yield _Place(name, sound, where)
