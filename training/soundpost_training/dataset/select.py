"""Which labels of a data set are told, and which are nothing but background."""

from dataclasses import replace

from soundpost_training.dataset.clip import Dataset
from soundpost_training.errors import DatasetError


def select_labels(dataset: Dataset, labels: tuple[str, ...]) -> Dataset:
    """The data set with these labels and their clips only, or as it is when none are named.

    Raises:
        DatasetError: It has not all of them.
    """
    if not labels:
        return dataset
    refuse_unknown_labels(dataset, labels, "data.labels")
    return replace(
        dataset,
        labels=tuple(label for label in dataset.labels if label in labels),
        clips=tuple(clip for clip in dataset.clips if clip.label in labels),
    )


def as_background(dataset: Dataset, background: tuple[str, ...]) -> Dataset:
    """The data set with the clips of some labels as background: the labels are no more.

    Raises:
        DatasetError: It has not all of them, or nothing else.
    """
    refuse_unknown_labels(dataset, background, "data.background")
    labels = tuple(label for label in dataset.labels if label not in background)
    if not labels:
        raise DatasetError(
            f"all labels of {dataset.name} are background",
            hint="leave those out of data.background that are to be told",
        )
    return replace(
        dataset,
        labels=labels,
        clips=tuple(clip for clip in dataset.clips if clip.label not in background),
        background=tuple(clip for clip in dataset.clips if clip.label in background),
    )


def refuse_unknown_labels(dataset: Dataset, labels: tuple[str, ...], key: str) -> None:
    """Returns when a data set has all labels that a key of the experiment names.

    Raises:
        DatasetError: It has not.
    """
    unknown = [label for label in labels if label not in dataset.labels]
    if unknown:
        raise DatasetError(
            f"{dataset.name} has no label {', '.join(unknown)}",
            hint=f"mend {key}; it has: {', '.join(dataset.labels)}",
        )
