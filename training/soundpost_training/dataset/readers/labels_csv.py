"""Reads a table of recordings: `labels.csv` with the columns path, label, and fold or group."""

from pathlib import Path

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.fold_assignment import assign_folds
from soundpost_training.dataset.labels import refuse_bad_labels
from soundpost_training.dataset.readers.csv_rows import read_rows, refuse_absent
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import NOT_STATED, DataConfig

TABLE_FILE = "labels.csv"


def read_table(folder: Path, config: DataConfig) -> Dataset:
    """Returns the recordings that `folder/labels.csv` lists; paths are relative to the folder.

    A column `fold` has the folds. With a column `group` and no folds, groups are assigned to folds.
    With both, a group in two folds is refused later as a leak. With neither, each file is its own
    group. The columns `licence` and `author` are used where the experiment states neither.

    Raises:
        DatasetError: No table, a missing column, a missing file, or a label that is not valid.
    """
    table = folder / TABLE_FILE
    rows = read_rows(
        table, {"path", "label"}, "write CSV in UTF-8, its first line path,label,group"
    )
    refuse_bad_labels({row["label"] for row in rows}, str(table))
    paths = [folder / row["path"] for row in rows]
    refuse_absent(paths, table, "paths are relative to the table's folder")
    clips = [_clip(row, folder, table) for row in rows]
    return Dataset(
        name=folder.name,
        clips=tuple(clips) if "fold" in rows[0] else assign_folds(clips, config.folds),
        labels=tuple(sorted({clip.label for clip in clips})),
        licence=_stated(config.licence, rows, "licence"),
        attribution=_stated(config.attribution, rows, "author"),
    )


def _clip(row: dict[str, str], folder: Path, table: Path) -> Clip:
    try:
        fold = int(row["fold"]) if "fold" in row else 0
    except ValueError as error:
        raise DatasetError(
            f"{table}: the fold of {row['path']} is {row['fold']!r}, not a number",
            hint="number the folds from 1",
        ) from error
    return Clip(folder / row["path"], row["label"], fold, row.get("group") or row["path"])


def _stated(by_experiment: str, rows: list[dict[str, str]], column: str) -> str:
    """Returns the experiment's text, else all values of the table's column, else NOT_STATED."""
    if by_experiment != NOT_STATED:
        return by_experiment
    return ", ".join(sorted({row.get(column, "") for row in rows} - {""})) or NOT_STATED
