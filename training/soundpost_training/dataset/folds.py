"""Checks of folds: no leaks between them, and enough labels in each training set."""

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.fold_assignment import assign_again
from soundpost_training.dataset.leaky_folds import find_leaks
from soundpost_training.errors import DatasetError

CLIPS_NAMED = 5
"""Clips that an error names; the rest are counted."""


def refuse_leaks(dataset: Dataset) -> Dataset:
    """Returns the data set if no source recording is in two folds, or if it says that some are.

    Raises:
        DatasetError: A group spans two folds, there are fewer than two folds, or a label has no
            clips outside of one fold.
    """
    leaks = [] if dataset.has_leaky_folds else find_leaks(dataset.recordings)
    if leaks:
        names = ", ".join(clip.path.name for clip in leaks[:CLIPS_NAMED])
        raise DatasetError(
            f"{len(leaks)} clips share a source recording with another fold: "
            f"{names}{' …' if len(leaks) > CLIPS_NAMED else ''}",
            hint="put all clips of one recording into one fold; such folds give too high figures",
        )
    if len(dataset.folds) < 2:  # noqa: PLR2004 - two is what "train on others" needs
        raise DatasetError(
            f"{dataset.name} has folds {dataset.folds}, at least two are needed",
            hint="give the recordings folds or groups, so that some can be held out",
        )
    _refuse_missing_labels(dataset)
    return dataset


def _refuse_missing_labels(dataset: Dataset) -> None:
    for fold in dataset.folds:
        missing = _missing_labels(dataset, fold)
        if missing:
            raise DatasetError(
                f"without fold {fold} there are no clips of: {', '.join(missing)}",
                hint="record each label in at least two folds, or leave the label out",
            )


def _missing_labels(dataset: Dataset, held_out: int) -> list[str]:
    """Returns the labels without a clip outside of a fold."""
    trained = {clip.label for clip in dataset.clips if clip.fold != held_out}
    return [label for label in dataset.labels if label not in trained]


def usable_folds(dataset: Dataset) -> Dataset:
    """Returns the data set, with folds assigned anew where a label is in one fold only.

    That happens where some recordings cannot be read: they have places in the folds, too. Given
    folds stay as they are.
    """
    is_usable = not any(_missing_labels(dataset, fold) for fold in dataset.folds)
    if is_usable or not dataset.assigned_folds or dataset.has_leaky_folds:
        return dataset
    return assign_again(dataset, dataset.recordings)


def refuse_single_label(dataset: Dataset) -> None:
    """Raises an error if there is nothing to tell apart; a collection may begin with one label.

    Raises:
        DatasetError: The data set has one label only, and no background.
    """
    if len(dataset.labels) == 1:
        raise DatasetError(
            f"{dataset.name} has the one label {dataset.labels[0]}, at least two are needed, or a "
            "background: a network of one label gives it to every sound, and no detection is a "
            "false alarm",
            hint="give the other sounds of that place labels, or name their folder in "
            "data.background",
        )


def training_folds(dataset: Dataset, held_out: int | None) -> list[int]:
    """Returns all folds but the held-out one; all of them if none is held out.

    Raises:
        DatasetError: The data set has no such fold.
    """
    if held_out is not None and held_out not in dataset.folds:
        raise DatasetError(
            f"{dataset.name} has no fold {held_out}", hint=f"its folds are {dataset.folds}"
        )
    return [fold for fold in dataset.folds if fold != held_out]
