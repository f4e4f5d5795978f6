"""Folds by clip, which leak between recordings, for a comparison with figures in print."""

from collections import defaultdict
from dataclasses import replace

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.fold_assignment import assign_folds

LEAKY = "folds by clip: figures leak"
"""Part of the name of such a data set, and so of every manifest and card."""


def with_leaky_folds(dataset: Dataset, folds: int) -> Dataset:
    """Returns the data set with each clip assigned to a fold on its own.

    Args:
        dataset: With the folds of its publisher or of its groups; their number stays.
        folds: The number of folds if the data set has fewer than two.
    """
    alone = [replace(clip, group=str(clip.path)) for clip in dataset.recordings]
    count = len(dataset.folds) if len(dataset.folds) > 1 else folds
    assigned = [
        replace(clip, fold=by_clip.fold)
        for clip, by_clip in zip(dataset.recordings, assign_folds(alone, count), strict=True)
    ]
    clips = len(dataset.clips)
    return replace(
        dataset,
        name=f"{dataset.name} ({LEAKY})",
        clips=tuple(assigned[:clips]),
        background=tuple(assigned[clips:]),
        published=False,
        has_leaky_folds=True,
    )


def find_leaks(recordings: tuple[Clip, ...]) -> list[Clip]:
    """Returns the recordings whose group is in more than one fold."""
    folds_of = defaultdict(set)
    for clip in recordings:
        folds_of[clip.group].add(clip.fold)
    return [clip for clip in recordings if len(folds_of[clip.group]) > 1]


def leak_warning(dataset: Dataset) -> str:
    """Returns a few sentences on what figures of such a data set are worth."""
    count = len(find_leaks(dataset.clips))
    known = (
        f"{count} of {len(dataset.clips)} clips share a recording with a clip of another fold"
        if count
        else "no two clips are known to share a recording, but some may"
    )
    return (
        f"{dataset.name}: {known}. A network recognises the recording, so accuracy on held-out "
        "clips is too high, and thresholds are too low. Do not compare these figures with others."
    )
