"""Reads UrbanSound8K, with the ten folds of the publication.

Source: J. Salamon, C. Jacoby and J. P. Bello, "A Dataset and Taxonomy for Urban Sound Research",
ACM MM 2014.
"""

from pathlib import Path

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.labels import refuse_bad_labels
from soundpost_training.dataset.readers.csv_rows import find_audio, read_rows, refuse_absent
from soundpost_training.errors import DatasetError

AUTHORS = (
    "UrbanSound8K: J. Salamon, C. Jacoby and J. P. Bello, A Dataset and Taxonomy for Urban Sound "
    "Research, ACM MM 2014; recordings from freesound.org, as FREESOUNDCREDITS.txt lists them"
)
COLUMNS = {"slice_file_name", "fsID", "fold", "classID", "class"}
HINT = "unpack UrbanSound8K as it is: metadata/UrbanSound8K.csv beside audio/fold1 … fold10"


def read_urbansound8k(folder: Path) -> Dataset:
    """Returns the slices that `metadata/UrbanSound8K.csv` lists, in `audio/fold1` to `fold10`.

    The slices may be in another format under the names of the publication. A copy of some whole
    folds has a table of these folds only.

    A group is a recording of Freesound (`fsID`); the publication has its slices in one fold.

    Raises:
        DatasetError: The table or a slice is missing, or a row is not one of UrbanSound8K.
    """
    table = folder / "metadata" / "UrbanSound8K.csv"
    rows = read_rows(table, COLUMNS, HINT)
    try:
        order = {int(row["classID"]): row["class"] for row in rows}
        clips = tuple(_clip(row, folder) for row in rows)
    except ValueError as error:
        raise DatasetError(f"{table} is not UrbanSound8K's: {error}", hint=HINT) from error
    refuse_bad_labels({clip.label for clip in clips}, str(table))
    refuse_absent([clip.path for clip in clips], table, HINT)
    return Dataset(
        name="UrbanSound8K",
        clips=clips,
        labels=tuple(order[number] for number in sorted(order)),
        licence="CC BY-NC 3.0",
        attribution=AUTHORS,
        published=True,
    )


def _clip(row: dict[str, str], folder: Path) -> Clip:
    fold = int(row["fold"])
    path = find_audio(folder / "audio" / f"fold{fold}" / row["slice_file_name"])
    return Clip(path, row["class"], fold, row["fsID"])
