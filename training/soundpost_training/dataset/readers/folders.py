"""Reads a data set with one folder per label."""

from pathlib import Path

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.fold_assignment import assign_folds
from soundpost_training.dataset.labels import refuse_bad_labels
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig


def read_folders(folder: Path, config: DataConfig) -> Dataset:
    """Returns the recordings in `folder/<label>/`, assigned to folds.

    A file directly in the folder of its label is a recording of its own. Pieces cut from one
    recording belong into a folder `folder/<label>/<recording>/`: they stay in one fold. Hidden
    files are left out.

    Raises:
        DatasetError: There is no such folder, no label in it, or a label without recordings or
            with a name that is not valid.
    """
    if not folder.is_dir():
        raise DatasetError(
            f"no folder {folder}",
            hint="data.folder is absolute, or lies under SOUNDPOST_DATA",
        )
    labels = sorted(path for path in _visible(folder) if path.is_dir())
    refuse_bad_labels({path.name for path in labels}, str(folder))
    clips = [clip for label in labels for clip in _clips_of(label)]
    empty = {label.name for label in labels} - {clip.label for clip in clips}
    if empty or not labels:
        missing = f"recordings of {', '.join(sorted(empty))}" if empty else "folder per label"
        raise DatasetError(
            f"{folder} has no {missing}", hint=f"put recordings into {folder}/<label>/"
        )
    return Dataset(
        name=folder.name,
        clips=assign_folds(clips, config.folds),
        labels=tuple(label.name for label in labels),
        licence=config.licence,
        attribution=config.attribution,
    )


def _clips_of(label: Path) -> list[Clip]:
    files = (path for path in sorted(label.rglob("*")) if path.is_file() or _is_dangling_link(path))
    return [
        Clip(path, label.name, 0, _group(path.relative_to(label), label.name))
        for path in files
        if not any(part.startswith(".") for part in path.relative_to(label).parts)
    ]


def _group(within: Path, label: str) -> str:
    """Returns the name of a file's source recording; it differs from those of other labels."""
    return f"{label}/{within.parts[0]}"


def _is_dangling_link(path: Path) -> bool:
    """Returns whether a link has no target; it is a clip, so that decoding reports it."""
    return path.is_symlink() and not path.exists()


def _visible(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.startswith(".")]
