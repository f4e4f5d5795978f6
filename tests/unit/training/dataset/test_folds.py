"""The checks of folds: leaks, missing labels, unknown folds."""

from pathlib import Path

import pytest

from soundpost_training.dataset import Clip, Dataset, refuse_leaks, training_folds
from soundpost_training.errors import DatasetError


def dataset_of(*clips: Clip) -> Dataset:
    """Returns a data set of these clips."""
    labels = tuple(sorted({clip.label for clip in clips}))
    return Dataset("mine", clips, labels, "CC0", "the author")


def clip(name: str, label: str, fold: int, group: str) -> Clip:
    """Returns a clip; its file need not exist."""
    return Clip(Path(name), label, fold, group)


def test_a_recording_in_two_folds_is_refused_by_name() -> None:
    """The error names the clips of a recording that is in two folds."""
    leaking = dataset_of(
        clip("a.wav", "dog", 1, "kennel"),
        clip("b.wav", "dog", 2, "kennel"),
        clip("c.wav", "dog", 2, "street"),
    )
    with pytest.raises(DatasetError, match=r"2 clips share.*a\.wav, b\.wav"):
        refuse_leaks(leaking)


def test_a_label_in_a_single_fold_is_refused() -> None:
    """Without that fold there would be no clip to learn the label from."""
    alone = dataset_of(
        clip("a.wav", "dog", 1, "a"), clip("b.wav", "dog", 2, "b"), clip("c.wav", "cat", 2, "c")
    )
    with pytest.raises(DatasetError, match="without fold 2 there are no clips of: cat"):
        refuse_leaks(alone)


def test_a_single_fold_is_refused() -> None:
    """At least two folds are needed to hold one out."""
    with pytest.raises(DatasetError, match="at least two"):
        refuse_leaks(dataset_of(clip("a.wav", "dog", 1, "a")))


def test_an_unknown_fold_is_refused() -> None:
    """Holding out a fold that does not exist would train on everything."""
    two = dataset_of(clip("a.wav", "dog", 1, "a"), clip("b.wav", "dog", 2, "b"))
    with pytest.raises(DatasetError, match="no fold 3"):
        training_folds(two, 3)
