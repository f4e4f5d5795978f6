"""Reads a table of recordings: `labels.csv` with the columns path, label, and fold or group."""

import unicodedata
from pathlib import Path

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.copies import file_keys, unite_groups
from soundpost_training.dataset.fold_assignment import assign_folds
from soundpost_training.dataset.labels import VALID, refuse_bad_labels
from soundpost_training.dataset.readers.csv_rows import Spellings, read_rows, refuse_absent
from soundpost_training.dataset.readers.walk import is_regular_file, reason_to_leave_out
from soundpost_training.dataset.source_names import source_keys
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import NOT_STATED, DataConfig

TABLE_FILE = "labels.csv"

SPELLINGS: Spellings = {
    "path": ("file", "filename", "file_name", "filepath", "file_path", "audio", "recording", "wav"),
    "label": ("labels", "class", "class_name", "category", "species", "sound", "tag"),
    "fold": ("folds",),
    "group": ("groups",),
    "licence": ("license",),
    "author": ("attribution", "recordist"),
}
"""Names of the columns in other people's tables."""

HINT = (
    "expected a first line such as path,label,group; path may also be called file, filename or "
    "recording, and label class, category or species"
)


def read_table(folder: Path, config: DataConfig) -> Dataset:
    """Returns the recordings that `folder/labels.csv` lists; paths are relative to the folder.

    A column `fold` has the folds. With a column `group` and no folds, groups are assigned to folds.
    With both, a group in two folds is refused later as a leak. With neither, each file is its own
    group, unless its name says that it is a piece of another (see `source_names`). Copies of a file
    are always one group. The columns `licence` and `author` are used where the experiment states
    neither.

    Raises:
        DatasetError: No table, a missing column or value, a missing file, or a label that is not
            valid.
    """
    table = folder / TABLE_FILE
    rows = read_rows(table, {"path", "label"}, _hint(folder), SPELLINGS)
    for row in rows:
        _refuse_blank(row, table)
    rows = [row for row in rows if _is_used(row["label"], config)]
    labels = {row["label"] for row in rows}
    refuse_bad_labels(labels - set(config.background), str(table))
    paths = [_path(folder, row["path"]) for row in rows]
    refuse_absent(paths, table, "paths are relative to the table's folder")
    reasons = [reason_to_leave_out(path) for path in paths]
    clips = [
        _clip(row, path, table)
        for row, path, reason in zip(rows, paths, reasons, strict=True)
        if reason is None
    ]
    has_folds = bool(rows) and "fold" in rows[0]
    is_grouped = bool(rows) and "group" in rows[0]
    names = [] if has_folds or is_grouped else [source_keys(clips, config.folds)]
    clips = unite_groups(clips, file_keys(clips), *names)
    return Dataset(
        name=folder.name,
        clips=tuple(clips) if has_folds else assign_folds(clips, config.folds),
        labels=tuple(sorted({clip.label for clip in clips})),
        licence=_stated(config.licence, rows, "licence"),
        attribution=_stated(config.attribution, rows, "author"),
        left_out=tuple(
            f"{path} {reason}" for path, reason in zip(paths, reasons, strict=True) if reason
        ),
        assigned_folds=0 if has_folds else config.folds,
        may_have_copies=True,
    )


def _is_used(label: str, config: DataConfig) -> bool:
    """Returns whether rows of a label are read: other labels need not be valid."""
    return bool(VALID.fullmatch(label)) or not config.labels or label in config.background


def _hint(folder: Path) -> str:
    """Returns the hint of errors; without the table, with the tables that are there instead."""
    others = sorted(path.name for path in folder.glob("*.[ct]sv") if path.name != TABLE_FILE)
    if not others or (folder / TABLE_FILE).exists():
        return HINT
    return f"rename {', '.join(others)} to {TABLE_FILE}; {HINT}"


def _refuse_blank(row: dict[str, str], table: Path) -> None:
    blank = [column for column in ("path", "label") if not row[column]]
    if blank:
        values = ", ".join(filter(None, row.values()))
        raise DatasetError(
            f"{table}: '' cannot be a {blank[0]}, in the row {values}",
            hint="complete the row, or remove it",
        )


def _path(folder: Path, listed: str) -> Path:
    """Returns the path of a file as it is listed, else with the separators of other systems.

    Windows separates folders by a backslash, and macOS stores accents as characters of their own.
    """
    plain = listed.replace("\\", "/")
    candidates = (listed, plain, *(unicodedata.normalize(form, plain) for form in ("NFC", "NFD")))
    paths = [folder / candidate for candidate in candidates]
    return next((path for path in paths if is_regular_file(path)), paths[0])


def _clip(row: dict[str, str], path: Path, table: Path) -> Clip:
    return Clip(path, row["label"], _fold(row, table), row.get("group") or row["path"])


def _fold(row: dict[str, str], table: Path) -> int:
    """Returns the fold of a row, 0 without folds; spreadsheets also write 2 as 2.0."""
    if "fold" not in row:
        return 0
    try:
        return int(row["fold"].removesuffix(".0"))
    except ValueError as error:
        raise DatasetError(
            f"{table}: the fold of {row['path']} is {row['fold']!r}, not a number",
            hint="number the folds from 1",
        ) from error


def _stated(by_experiment: str, rows: list[dict[str, str]], column: str) -> str:
    """Returns the experiment's text, else all values of the table's column, else NOT_STATED."""
    if by_experiment != NOT_STATED:
        return by_experiment
    return ", ".join(sorted({row.get(column, "") for row in rows} - {""})) or NOT_STATED
