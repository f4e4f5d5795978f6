"""Labels that are present or absent in examples, as far as data sets say so.

A clip of a data set says that its label sounds. It says nothing of labels that its authors did not
look for: only for some groups of labels is their absence known.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.errors import DatasetError
from soundpost_training.sources.recording import SourceRecording
from soundpost_training.tagging.examples.mixtures import Components

RELATED_FILE = Path(__file__).with_name("related_labels.csv")
"""Pairs of labels that sound together or alike: where one is known, the other is left open."""

EVERY_GROUP = ("security", "people", "animals", "vehicles", "tools", "nature", "home")

CHECKED_GROUPS = {
    "esc50": EVERY_GROUP,
    "synthesis": EVERY_GROUP,
    # Streets, in which there are always cars, people and birds, too.
    "urbansound8k": ("security", "tools"),
    "ambience": ("security", "tools"),
    "speech": ("security", "animals", "vehicles", "tools"),
    "music": ("security", "animals", "vehicles", "tools"),
}
"""Groups of labels that a source, or recordings with only this label, do not have unnamed."""

AUDIBLE_DB, INAUDIBLE_DB = 0.0, -8.0
"""A sound this far over the other is audible, or is lost in it."""

LOUD_DB, QUIET_DB = -4.0, -14.0
"""A crop of this level within its recording has its sound, or a pause of it."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Knowledge about n examples.

    Attributes:
        present: float32[n, labels], how certain it is that a label is audible; 0 is unknown.
        absent: bool[n, labels], true where a label is known not to sound.
    """

    present: NDArray[np.float32]
    absent: NDArray[np.bool_]


def known_presence(
    components: Components, recordings: Sequence[SourceRecording], label_map: LabelMap
) -> Presence:
    """Returns what is known of the labels in examples.

    Args:
        components: The sounds of the examples.
        recordings: The recordings that these were cut from.
        label_map: The labels and their groups.

    Raises:
        DatasetError: A recording has a label that the map does not have.
    """
    has, lacks = _of_recordings(recordings, label_map)
    first, second = components.recordings.T
    is_mixed = (second >= 0)[:, None]
    audible = np.stack((components.snr_db, -components.snr_db), axis=1)
    certain = _ramp(components.levels_db, QUIET_DB, LOUD_DB)
    certain = certain * np.where(is_mixed, _ramp(audible, INAUDIBLE_DB, AUDIBLE_DB), 1.0)
    present = np.maximum(
        has[first] * certain[:, :1], np.where(is_mixed, has[second] * certain[:, 1:], 0.0)
    )
    absent = lacks[first] & (lacks[second] | ~is_mixed)
    return Presence(present.astype(np.float32), absent & (present == 0.0))


def _of_recordings(
    recordings: Sequence[SourceRecording], label_map: LabelMap
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Returns the labels that each recording has, and those that it lacks, bool[n, labels]."""
    position = {name: at for at, name in enumerate(label_map.names)}
    groups = np.array([label.group for label in label_map.labels])
    related = _related(position)
    has = np.zeros((len(recordings), len(position)), bool)
    lacks = np.zeros_like(has)
    for row, recording in enumerate(recordings):
        for label in recording.labels:
            if label not in position:
                raise DatasetError(
                    f"{recording.path} has the label {label}, which {label_map.source} has not",
                    hint="add the label to the map, or correct the table of the source",
                )
            has[row, position[label]] = True
        kind = recording.labels[0] if len(recording.labels) == 1 else ""
        checked = CHECKED_GROUPS.get(recording.source) or CHECKED_GROUPS.get(kind, ())
        lacks[row] = np.isin(groups, checked) & ~has[row] & ~related[has[row]].any(axis=0)
    return has, lacks


def _related(position: dict[str, int]) -> NDArray[np.bool_]:
    """Returns the pairs of RELATED_FILE, bool[labels, labels]."""
    related = np.zeros((len(position), len(position)), bool)
    with RELATED_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            first, second = position.get(row["first"]), position.get(row["second"])
            if first is not None and second is not None:
                related[first, second] = related[second, first] = True
    return related


def _ramp(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.floating]:
    """Returns 0 up to `low`, 1 from `high` on, and a straight line between."""
    ramp: NDArray[np.floating] = np.clip((values - low) / (high - low), 0.0, 1.0)
    return ramp
