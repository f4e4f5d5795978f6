"""Selects the labels of a data set to train on, and the labels that are background."""

from dataclasses import replace

from soundpost.errors import did_you_mean
from soundpost_training.dataset.clip import Dataset
from soundpost_training.errors import DatasetError

BACKGROUND_LABEL = "background"
"""The name of the background where it is trained as a label: in reports, never in a bundle."""


def select_labels(
    dataset: Dataset, labels: tuple[str, ...], background: tuple[str, ...] = ()
) -> Dataset:
    """Returns the data set with the clips of some labels only; without labels, unchanged.

    Args:
        dataset: All that its reader found.
        labels: The labels to train on.
        background: The labels that are background; they are selected as well.

    Raises:
        DatasetError: The data set does not have all of them.
    """
    if not labels:
        return dataset
    refuse_unknown_labels(dataset, labels, "data.labels")
    selected = {*labels, *background}
    return replace(
        dataset,
        labels=tuple(label for label in dataset.labels if label in selected),
        clips=tuple(clip for clip in dataset.clips if clip.label in selected),
    )


def as_background(dataset: Dataset, background: tuple[str, ...]) -> Dataset:
    """Returns the data set with the clips of some labels as background, without these labels.

    Raises:
        DatasetError: The data set does not have all of them, or has no others.
    """
    refuse_unknown_labels(dataset, background, "data.background")
    labels = tuple(label for label in dataset.labels if label not in background)
    if not labels:
        raise DatasetError(
            f"all labels of {dataset.name} are background",
            hint="remove the labels to recognise from data.background",
        )
    return replace(
        dataset,
        labels=labels,
        clips=tuple(clip for clip in dataset.clips if clip.label not in background),
        background=tuple(clip for clip in dataset.clips if clip.label in background),
    )


def with_background_label(dataset: Dataset) -> Dataset:
    """Returns a data set of one label with its background as a second label, for training.

    A network of one label has nothing to tell it from. With more labels nothing is changed: there
    the background is trained as no label at all.

    Raises:
        DatasetError: The one label has the name that the background gets.
    """
    if len(dataset.labels) != 1 or not dataset.background:
        return dataset
    if BACKGROUND_LABEL in dataset.labels:
        raise DatasetError(
            f"{dataset.name} has the label {BACKGROUND_LABEL} and a background",
            hint="give the label the name of its sound",
        )
    renamed = tuple(replace(clip, label=BACKGROUND_LABEL) for clip in dataset.background)
    return replace(
        dataset,
        labels=(*dataset.labels, BACKGROUND_LABEL),
        clips=dataset.clips + renamed,
        background=(),
        background_names=tuple(sorted({clip.label for clip in dataset.background})),
    )


def refuse_unknown_labels(dataset: Dataset, labels: tuple[str, ...], key: str) -> None:
    """Raises an error if a key of the experiment names labels that the data set does not have.

    Raises:
        DatasetError: A label is unknown.
    """
    unknown = [label for label in labels if label not in dataset.labels]
    if unknown:
        raise DatasetError(
            f"{dataset.name} has no label {', '.join(unknown)}",
            hint=f"correct {key}: {did_you_mean(unknown[0], dataset.labels)}",
        )
