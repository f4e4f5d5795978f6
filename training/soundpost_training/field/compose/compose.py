"""Composes a field folder of what the sources hold out of training."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.field.compose import material
from soundpost_training.field.compose.events import (
    ANNOTATION_COLUMNS,
    EVENTS,
    plan_events,
    write_event,
)
from soundpost_training.field.compose.material import Half, half_of
from soundpost_training.field.compose.negatives import Negatives, write_negatives
from soundpost_training.field.compose.pieces import read
from soundpost_training.field.compose.plan import read_plan
from soundpost_training.field.recordings.annotations import ANNOTATIONS_FILE
from soundpost_training.field.recordings.label_tables import SOUNDS_FILE
from soundpost_training.files import require_replaceable, write_atomic
from soundpost_training.progress import bar

AROUND_SOUNDS = "mateusfg7-wind"
"""The held-out ambience around the annotated sounds: it has no event of its own."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The outcome of composing.

    Attributes:
        recordings: Number of recordings.
        annotated: Number of those that hold an annotated sound.
        left_out: Material that is missing, with the reason.
        older: Recordings of an earlier set in the folder, of the other half of the material
            perhaps: they are its negatives all the same.
    """

    recordings: int
    annotated: int
    left_out: tuple[str, ...]
    older: tuple[str, ...]


def compose_field(
    folder: Path,
    label_map: LabelMap,
    debian: Path,
    *,
    with_shared: bool,
    half: Half | None = None,
) -> Composed:
    """Writes recordings, annotations and the labels that may sound in the negatives.

    The same material gives the same folder, bit by bit.

    Args:
        folder: The folder; made if it is missing. It may hold an earlier set.
        label_map: Labels of the categories of ESC-50 and UrbanSound8K.
        debian: The folder of unpacked Debian packages.
        with_shared: Whether slices of UrbanSound8K whose recording is in ESC-50 are used: not for
            a network that was trained on all of ESC-50.
        half: The half of the material to use; all by default.

    Raises:
        DatasetError: ESC-50, UrbanSound8K or the ambience is missing.
        TrainingError: The folder holds something else, such as somebody's own annotations.
    """
    require_replaceable(folder, {EVENTS})
    clips = half_of(material.esc50_clips(), half)
    every_slice = material.urbansound8k_slices()
    chosen = set(half_of((each.clip for each in every_slice), half))
    slices = [each for each in every_slice if each.clip in chosen]
    every_ambience = material.ambience()
    ambience = half_of(every_ambience, half)
    debian_recordings, left_out = material.packages(debian)
    debian_recordings = half_of(debian_recordings, half)
    urban = [each.clip for each in slices if with_shared or not each.is_in_esc50]
    negatives = Negatives(clips, urban, ambience, debian_recordings)
    around = read(next(each for each in every_ambience if each.path.stem == AROUND_SOUNDS))
    events = list(plan_events(clips, slices, label_map, with_shared=with_shared))
    annotations: list[Sequence[str]] = []
    sounds: list[Sequence[str]] = []
    with bar() as progress:
        for event in progress.track(events, description="annotated recordings"):
            row = write_event(folder, event, read(event.clip), around)
            if row is not None:
                annotations.append(row)
        written = {row[0] for row in annotations}
        for plan in progress.track(read_plan(), description="negatives"):
            names = write_negatives(folder, plan, negatives)
            written.update(names)
            if names:
                place = names[0].rpartition("/")[0]
                sounds += [(place, label) for label in plan.may_sound]
            else:
                left_out.append(f"{plan.kind}: {plan.source} has no {plan.name}")
    _write_table(folder / ANNOTATIONS_FILE, ANNOTATION_COLUMNS, annotations)
    _write_table(folder / SOUNDS_FILE, ("folder", "label"), sounds)
    there = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.flac")))
    older = tuple(name for name in there if name not in written)
    return Composed(len(written), len(annotations), tuple(left_out), older)


def _write_table(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_atomic(path, text.getvalue().encode())
