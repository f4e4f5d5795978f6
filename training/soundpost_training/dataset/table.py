"""A table of recordings: `labels.csv` with the columns path, label, and fold or group."""

import csv
from pathlib import Path

from soundpost_training.config import DataConfig
from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.deal import deal
from soundpost_training.dataset.labels import refuse_bad_labels
from soundpost_training.errors import DatasetError

TABLE_FILE = "labels.csv"
NAMED = 5
"""How many absent files an error names; the rest are counted."""


def read_table(folder: Path, config: DataConfig) -> Dataset:
    """The recordings that `folder/labels.csv` lists; paths are relative to the folder.

    With a `fold` column the folds are taken as they are. With a `group` column and no folds,
    groups are dealt into folds. With both, a group in two folds is refused later as a leak.
    Without either, each file is its own group.

    Raises:
        DatasetError: No table, a missing column, an absent file, or a label that cannot be told.
    """
    table = folder / TABLE_FILE
    try:
        with table.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(
            f"{table} cannot be read: {error}", hint="write it as CSV in UTF-8"
        ) from error
    columns = set(rows[0]) if rows else set()
    if not {"path", "label"} <= columns:
        raise DatasetError(
            f"{table} has no rows with the columns path and label",
            hint="the first line is: path,label,group",
        )
    refuse_bad_labels({row["label"] or "" for row in rows}, str(table))
    _refuse_absent([folder / (row["path"] or "") for row in rows], table)
    clips = [_clip(row, folder, table) for row in rows]
    return Dataset(
        name=folder.name,
        clips=tuple(clips) if "fold" in columns else deal(clips, config.folds),
        labels=tuple(sorted({clip.label for clip in clips})),
        licence=config.licence,
        attribution=config.attribution,
    )


def _clip(row: dict[str, str], folder: Path, table: Path) -> Clip:
    try:
        fold = int(row["fold"]) if "fold" in row else 0
    except (TypeError, ValueError) as error:
        raise DatasetError(
            f"{table}: the fold of {row['path']} is {row['fold']!r}, no number",
            hint="number the folds from 1",
        ) from error
    return Clip(folder / row["path"], row["label"], fold, row.get("group") or row["path"])


def _refuse_absent(paths: list[Path], table: Path) -> None:
    absent = [str(path) for path in paths if not path.is_file()]
    if absent:
        more = f" and {len(absent) - NAMED} more" if len(absent) > NAMED else ""
        raise DatasetError(
            f"{table} names files that are not there: {', '.join(absent[:NAMED])}{more}",
            hint="paths are relative to the table's folder",
        )
