"""The corpora below $SOUNDPOST_DATA as sources: ESC-50, UrbanSound8K and ambience."""

from collections.abc import Mapping
from pathlib import Path

from soundpost.errors import did_you_mean
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.paths import data_folder
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.dataset.readers.urbansound8k import read_urbansound8k
from soundpost_training.dataset.readers.walk import walk
from soundpost_training.errors import DatasetError
from soundpost_training.sources.decode import measure
from soundpost_training.sources.recording import Source, SourceRecording

ESC50_FOLD = 5
URBANSOUND8K_FOLD = 10
"""Folds that are held out: the last one of each publication."""

AMBIENCE_SHARE = 3
"""Every third recording of the ambience is held out: ten of 29 are the least that have several kinds
of place."""

AMBIENCE_CC_BY = frozenset(
    f"rafaelmardojai-{place}" for place in ("city", "rain", "storm", "train", "waves")
)
"""Recordings whose authors ask to be named; the others are CC0 or in the public domain."""

AMBIENCE_AUTHORS = (
    "ambience: recordings of Freesound and other authors, as the players Ambience by mateusfg7 and "
    "Blanket by Rafael Mardojai CM collected them"
)


def read_corpora(esc50: Mapping[str, str], urbansound8k: Mapping[str, str]) -> list[Source]:
    """Returns the sources esc50, urbansound8k and ambience, from below $SOUNDPOST_DATA.

    Both published corpora were cut from recordings of Freesound, and share some. A recording with
    a clip in a held-out fold of either is held out in both.

    Args:
        esc50: Labels by the categories of ESC-50; the clips of other categories have no label.
        urbansound8k: Labels by the classes of UrbanSound8K, likewise.

    Raises:
        DatasetError: A corpus is missing or damaged, or a mapping names an unknown category.
    """
    categories = read_esc50(data_folder("esc50"))
    classes = read_urbansound8k(data_folder("urbansound8k"))
    held_out = _freesound_ids(categories, ESC50_FOLD) | _freesound_ids(classes, URBANSOUND8K_FOLD)
    return [
        _source("esc50", categories, esc50, held_out),
        _source("urbansound8k", classes, urbansound8k, held_out),
        read_ambience(data_folder("ambience")),
    ]


def read_ambience(folder: Path) -> Source:
    """Returns the ambience: places without events, so without labels; a third is held out.

    Raises:
        DatasetError: The folder is missing, or a recording cannot be read.
    """
    if not folder.is_dir():
        raise DatasetError(
            f"no folder {folder}", hint="set SOUNDPOST_DATA to the folder that has ambience/"
        )
    files, left_out = walk(folder)
    recordings = [
        SourceRecording(
            path=path,
            source="ambience",
            group=f"ambience:{path.stem}",
            labels=(),
            licence="CC-BY" if path.stem in AMBIENCE_CC_BY else "CC0-1.0",
            attribution=AMBIENCE_AUTHORS,
            held_out=index % AMBIENCE_SHARE == 0,
            seconds=measure(path).seconds,
        )
        for index, path in enumerate(files)
    ]
    return Source("ambience", tuple(recordings), tuple(left_out))


def _freesound_ids(dataset: Dataset, fold: int) -> set[str]:
    """Returns the numbers of the recordings of Freesound that have a clip in a fold."""
    return {_freesound_id(clip.group) for clip in dataset.clips if clip.fold == fold}


def _freesound_id(group: str) -> str:
    """Returns the number in the group of a clip: ESC-50's also has the category."""
    return group.partition("/")[0]


def _source(name: str, dataset: Dataset, labels: Mapping[str, str], held_out: set[str]) -> Source:
    for category in labels:
        if category not in dataset.labels:
            raise DatasetError(
                f"{dataset.name} has no category {category!r}",
                hint=did_you_mean(category, dataset.labels),
            )
    recordings = []
    for clip in dataset.clips:
        number = _freesound_id(clip.group)
        known = (labels[clip.label],) if clip.label in labels else ()
        recordings.append(
            SourceRecording(
                path=clip.path,
                source=name,
                group=f"freesound:{number}",
                labels=known,
                licence=dataset.licence,
                attribution=dataset.attribution,
                held_out=number in held_out,
                seconds=measure(clip.path).seconds,
            )
        )
    return Source(name, tuple(recordings), dataset.left_out)
