"""Folds dealt by clip in spite of what leaks, for whoever wants to see what that is worth."""

from collections import defaultdict
from dataclasses import replace

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.fold_assignment import assign_folds

LEAKY = "folds dealt by clip: figures leak"
"""Stands in the name of such a data set, and so in every manifest and card."""


def with_leaky_folds(dataset: Dataset, folds: int) -> Dataset:
    """The data set with every clip dealt on its own, into as many folds as it has now.

    Args:
        dataset: With the folds of its publisher or its groups.
        folds: How many folds when it has fewer than two.
    """
    alone = [replace(clip, group=str(clip.path)) for clip in dataset.recordings]
    count = len(dataset.folds) if len(dataset.folds) > 1 else folds
    dealt = [
        replace(clip, fold=by_clip.fold)
        for clip, by_clip in zip(dataset.recordings, assign_folds(alone, count), strict=True)
    ]
    clips = len(dataset.clips)
    return replace(
        dataset,
        name=f"{dataset.name} ({LEAKY})",
        clips=tuple(dealt[:clips]),
        background=tuple(dealt[clips:]),
        published=False,
        dealt_by_clip=True,
    )


def leaking(recordings: tuple[Clip, ...]) -> list[Clip]:
    """The recordings whose group is in more than one fold."""
    folds_of = defaultdict(set)
    for clip in recordings:
        folds_of[clip.group].add(clip.fold)
    return [clip for clip in recordings if len(folds_of[clip.group]) > 1]


def cost(dataset: Dataset) -> str:
    """What it costs that such a data set was dealt by clip, in a few sentences."""
    count = len(leaking(dataset.clips))
    known = (
        f"{count} of {len(dataset.clips)} clips share a recording with a clip of another fold"
        if count
        else "no two clips are known to share a recording, which is not to say that none do"
    )
    return (
        f"{dataset.name}: {known}. A network recognises the recording, so accuracy on held-out "
        "clips comes out too high, and thresholds too bold. Compare such figures with no others."
    )
