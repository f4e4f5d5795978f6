"""Reads a data set with one folder per label."""

from pathlib import Path

from soundpost.errors import did_you_mean
from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.copies import file_keys, unite_groups
from soundpost_training.dataset.fold_assignment import assign_folds
from soundpost_training.dataset.labels import VALID, refuse_bad_labels
from soundpost_training.dataset.paths import data_folder
from soundpost_training.dataset.readers.walk import is_hidden, reason_to_leave_out, walk
from soundpost_training.dataset.source_names import source_keys
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig

REASONS_SHOWN = 3
"""Reasons in the hint for a label without recordings."""

AUDIO_SUFFIXES = frozenset({".aiff", ".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav", ".wma"})
"""Files beside the folders that were probably meant for one of them."""


def read_folders(folder: Path, config: DataConfig) -> Dataset:
    """Returns the recordings in `folder/<label>/`, assigned to folds.

    A file directly in the folder of its label is a recording of its own, unless its name or its
    content says that it is a copy or a piece of another (see `source_names`, `copies`). Pieces cut
    from one recording belong into a folder `folder/<label>/<recording>/`: they stay in one fold.

    The name of a background folder need not be a label, and `data.background` may also name a
    folder elsewhere. Where `data.labels` selects, other folders need not have valid names.

    Raises:
        DatasetError: There is no such folder, no label in it, or a label without recordings or
            with a name that is not valid.
    """
    if not folder.is_dir():
        raise DatasetError(
            f"no folder {folder}",
            hint="data.folder is absolute, or lies under SOUNDPOST_DATA",
        )
    folders, left_out = _label_folders(folder, config)
    clips = []
    for name, place in folders.items():
        files, reasons = walk(place)
        clips += [Clip(path, name, 0, _group(path.relative_to(place), name)) for path in files]
        left_out += reasons
    wanted = {*(config.labels or folders), *config.background} & set(folders)
    empty = wanted - {clip.label for clip in clips}
    if empty or not folders:
        missing = f"recordings of {', '.join(sorted(empty))}" if empty else "folder per label"
        shown = "; ".join(left_out[:REASONS_SHOWN])
        raise DatasetError(
            f"{folder} has no {missing}",
            hint=f"put recordings into {folder}/<label>/" + f" ({shown})" * bool(shown),
        )
    united = unite_groups(clips, file_keys(clips), source_keys(clips, config.folds))
    return Dataset(
        name=folder.name,
        clips=assign_folds(united, config.folds),
        labels=tuple(sorted({clip.label for clip in clips})),
        licence=config.licence,
        attribution=config.attribution,
        left_out=tuple(left_out),
        assigned_folds=config.folds,
        may_have_copies=True,
    )


def _label_folders(folder: Path, config: DataConfig) -> tuple[dict[str, Path], list[str]]:
    """Returns the folders of labels and background by name, and what else lies beside them."""
    beside = [path for path in sorted(folder.iterdir()) if not is_hidden(path.name)]
    folders = {path.name: path for path in beside if path.is_dir()}
    left_out = [reason for path in beside if (reason := _reason_beside(path))]
    labels = set(folders) - set(config.background)
    if config.labels:
        unselected = labels - set(config.labels)
        labels -= unselected
        folders = {
            name: path
            for name, path in folders.items()
            if name not in unselected or VALID.fullmatch(name)
        }
    refuse_bad_labels(labels, str(folder))
    for name in config.background:
        if name not in folders:
            folders[name] = _folder_elsewhere(folder, name, labels)
    return dict(sorted(folders.items())), left_out


def _reason_beside(path: Path) -> str:
    """Returns why something beside the folders of labels is not used; empty for a folder."""
    if path.is_dir():
        return ""
    if path.is_symlink() and not path.exists():
        return f"{path} is a link to a folder that is not there"
    if not path.is_file():
        return f"{path} {reason_to_leave_out(path)}"
    return f"{path} is in no label's folder" if path.suffix.lower() in AUDIO_SUFFIXES else ""


def _folder_elsewhere(folder: Path, name: str, labels: set[str]) -> Path:
    """Returns the folder of a background that is not in the data set's folder.

    Raises:
        DatasetError: There is none.
    """
    found = next((path for path in (folder / name, data_folder(name)) if path.is_dir()), None)
    if found is None:
        raise DatasetError(
            f"{folder.name} has no label {name}, and there is no folder {folder / name}",
            hint="correct data.background: it names folders beside those of the labels, or paths; "
            + did_you_mean(name, labels),
        )
    return found


def _group(within: Path, label: str) -> str:
    """Returns the name of a file's source recording; it differs from those of other labels."""
    return f"{label}/{within.parts[0]}"
