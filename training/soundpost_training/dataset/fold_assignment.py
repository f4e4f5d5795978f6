"""Assigns recordings to folds, a whole group at a time."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from soundpost_training.dataset.clip import Clip, Dataset


def assign_folds(clips: list[Clip], folds: int) -> tuple[Clip, ...]:
    """Returns the clips with folds 1 to `folds`: a group in one fold, a label in all of them.

    Large groups are assigned first, each to the fold that has the fewest clips of its labels so
    far. Only names decide, not the order of the files: the same recordings get the same folds on
    every machine.

    Args:
        clips: Their own folds are not used.
        folds: The number of folds.
    """
    labels_of = defaultdict(list)
    for clip in clips:
        labels_of[clip.group].append(clip.label)
    counts: dict[int, Counter[str]] = {fold: Counter() for fold in range(1, folds + 1)}
    fold_of = {}
    for group in sorted(labels_of, key=lambda group: (-len(labels_of[group]), _shuffle_key(group))):
        labels = labels_of[group]
        fold_of[group] = min(
            counts,
            key=lambda fold: (sum(counts[fold][label] for label in labels), counts[fold].total()),
        )
        counts[fold_of[group]].update(labels)
    return tuple(replace(clip, fold=fold_of[clip.group]) for clip in clips)


def assign_again(dataset: Dataset, recordings: Sequence[Clip]) -> Dataset:
    """Returns the data set with new folds, as many as its reader assigned.

    Args:
        dataset: With assigned folds.
        recordings: Its clips, then its background, with their groups.
    """
    assigned = assign_folds(list(recordings), dataset.assigned_folds)
    clips = len(dataset.clips)
    return replace(dataset, clips=assigned[:clips], background=assigned[clips:])


def _shuffle_key(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()
