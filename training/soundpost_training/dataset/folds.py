"""Folds: what may be trained on together, and proof that nothing leaks."""

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.leaky_folds import leaking
from soundpost_training.errors import DatasetError

CLIPS_NAMED = 5
"""How many offenders an error names; the rest are counted."""


def refuse_leaks(dataset: Dataset) -> Dataset:
    """The data set itself, when no source recording is heard in two folds, or it owns up to it.

    Raises:
        DatasetError: Some group spans two folds, there are fewer than two folds, or a label is
            absent from what a fold's model would be trained on.
    """
    offenders = [] if dataset.dealt_by_clip else leaking(dataset.recordings)
    if offenders:
        names = ", ".join(clip.path.name for clip in offenders[:CLIPS_NAMED])
        raise DatasetError(
            f"{len(offenders)} clips share a source recording with another fold: "
            f"{names}{' …' if len(offenders) > CLIPS_NAMED else ''}",
            hint="put all clips of one recording into one fold; a score across such folds lies",
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
        kept = {clip.label for clip in dataset.clips if clip.fold != fold}
        missing = [label for label in dataset.labels if label not in kept]
        if missing:
            raise DatasetError(
                f"without fold {fold} nothing is left of: {', '.join(missing)}",
                hint="record each label in at least two folds, or leave the label out",
            )


def refuse_single_label(dataset: Dataset) -> None:
    """Returns when there is something to tell apart: a collection may begin with one label.

    Raises:
        DatasetError: There is one label only.
    """
    if len(dataset.labels) == 1:
        raise DatasetError(
            f"{dataset.name} has the one label {dataset.labels[0]}, at least two are needed: a "
            "network of one gives it to every sound, and nothing is a false alarm",
            hint="give what else is heard there labels of its own; data.background is none",
        )


def training_folds(dataset: Dataset, held_out: int | None) -> list[int]:
    """All folds but the held-out one; all of them where none is held out.

    Raises:
        DatasetError: The data set has no such fold.
    """
    if held_out is not None and held_out not in dataset.folds:
        raise DatasetError(
            f"{dataset.name} has no fold {held_out}", hint=f"its folds are {dataset.folds}"
        )
    return [fold for fold in dataset.folds if fold != held_out]
