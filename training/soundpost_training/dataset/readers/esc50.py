"""Reads ESC-50 and its subset ESC-10, with the folds of the publication.

Source: K. J. Piczak, "ESC: Dataset for Environmental Sound Classification", ACM MM 2015.
"""

import csv
from pathlib import Path

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.readers.csv_rows import find_audio
from soundpost_training.errors import DatasetError

AUTHOR = "ESC-50: K. J. Piczak, Dataset for Environmental Sound Classification, ACM MM 2015"
RECORDISTS = "recordings from freesound.org, each by the author of the sound numbered src_file"


def read_esc50(folder: Path, *, esc10: bool = False) -> Dataset:
    """Returns the clips of ESC-50, or of ESC-10 alone, from a folder with `audio/` and a CSV.

    The CSV is the publication's `esc50.csv`, in the folder itself or in its `meta/`; the clips
    may be in any lossless format under the names of the publication.

    A group is a source recording within a category. Nine clips were cut from a recording that
    gave another category's clip to another fold; the publication's folds are used unchanged,
    because every figure in print is measured on them.

    Raises:
        DatasetError: The CSV or a clip is missing, or a row is not one of ESC-50.
    """
    table = next((path for path in _tables(folder) if path.is_file()), None)
    if table is None:
        raise DatasetError(
            f"no esc50.csv in {folder}",
            hint="set SOUNDPOST_DATA to the folder that has esc50/, or correct data.folder",
        )
    with table.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if not esc10 or row.get("esc10") == "True"]
    try:
        order = {int(row["target"]): row["category"] for row in rows}
        clips = tuple(
            Clip(
                path=_audio(folder, row["filename"]),
                label=row["category"],
                fold=int(row["fold"]),
                group=f"{row['src_file']}/{row['category']}",
            )
            for row in rows
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetError(
            f"{table} is not the table of ESC-50: {error}",
            hint="use meta/esc50.csv of the publication unchanged",
        ) from error
    return Dataset(
        name="ESC-10" if esc10 else "ESC-50",
        clips=clips,
        labels=tuple(order[target] for target in sorted(order)),
        licence="CC BY 3.0" if esc10 else "CC BY-NC 3.0",
        attribution=f"{AUTHOR}; {RECORDISTS}",
        published=True,
    )


def _tables(folder: Path) -> tuple[Path, Path]:
    return folder / "esc50.csv", folder / "meta" / "esc50.csv"


def _audio(folder: Path, name: str) -> Path:
    named = folder / "audio" / name
    found = find_audio(named)
    if not found.is_file():
        raise DatasetError(f"clip {name} is missing: {named}", hint="copy the whole audio/ folder")
    return found
