"""Dealing recordings into folds, a whole group at a time."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import replace

from soundpost_training.dataset.clip import Clip


def assign_folds(clips: list[Clip], folds: int) -> tuple[Clip, ...]:
    """The same clips with folds 1 to `folds`, every group in one fold, every label spread out.

    Large groups are dealt first, each to the fold that has least of its labels so far. Names
    alone decide, not the order of the files: the same recordings get the same folds anywhere.

    Args:
        clips: With any folds.
        folds: How many folds to fill.
    """
    members = defaultdict(list)
    for clip in clips:
        members[clip.group].append(clip.label)
    held: dict[int, Counter[str]] = {fold: Counter() for fold in range(1, folds + 1)}
    fold_of = {}
    for group in sorted(members, key=lambda group: (-len(members[group]), _shuffled(group))):
        labels = members[group]
        fold_of[group] = min(
            held, key=lambda fold: (sum(held[fold][label] for label in labels), held[fold].total())
        )
        held[fold_of[group]].update(labels)
    return tuple(replace(clip, fold=fold_of[clip.group]) for clip in clips)


def _shuffled(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
