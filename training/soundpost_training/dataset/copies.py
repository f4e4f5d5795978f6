"""Copies of one recording under several names: one group, and never two labels."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from soundpost.system.printable import printable
from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.features import Features, content_hash
from soundpost_training.dataset.fold_assignment import assign_again
from soundpost_training.errors import DatasetError

NAMED = 5
"""Copies that one line names; the rest are counted."""

Keys = Sequence[Hashable]
"""One for each clip; equal keys are of the same recording."""


def file_keys(clips: Sequence[Clip]) -> Keys:
    """Returns keys by the content of the files.

    Paths, links and hard links to one file have its content. Only files of equal size are read. A
    file that cannot be read is its own key, by its resolved path.
    """
    sizes = [_size(clip) for clip in clips]
    count = Counter(sizes)
    keys: list[Hashable] = []
    for clip, size in zip(clips, sizes, strict=True):
        content = content_hash(clip.path) if count[size] > 1 else b""
        keys.append(content or str(clip.path.resolve()))
    return keys


def sound_keys(features: Features, recordings: Sequence[int]) -> Keys:
    """Returns keys by the log-mel of recordings: equal for equal samples in any lossless format.

    Only recordings that agree in length and in one frame are compared whole. Digital silence is
    its own key: silent recordings have nothing in common but a switched-off microphone.

    Args:
        features: Of the data set.
        recordings: Positions among the features.
    """
    log_mels = [features.clip(recording) for recording in recordings]
    samples = [(len(log_mel), log_mel[len(log_mel) // 2].tobytes()) for log_mel in log_mels]
    count = Counter(samples)
    return [
        recording
        if count[sample] == 1 or np.ptp(log_mel) == 0.0
        else (len(log_mel), log_mel.tobytes())
        for recording, log_mel, sample in zip(recordings, log_mels, samples, strict=True)
    ]


def find_copies(clips: Sequence[Clip], keys: Keys) -> list[list[Clip]]:
    """Returns the clips that have an equal key with another, key by key."""
    sets: defaultdict[Hashable, list[Clip]] = defaultdict(list)
    for clip, key in zip(clips, keys, strict=True):
        sets[key].append(clip)
    return [copies for copies in sets.values() if len(copies) > 1]


def unite_groups(clips: Sequence[Clip], *all_keys: Keys) -> list[Clip]:
    """Returns the clips with one group for all that are linked by equal keys or groups.

    A united group has the smallest of the old names, so that clips without a link keep their group
    and their fold.
    """
    parent = {clip.group: clip.group for clip in clips}

    def root(group: str) -> str:
        while parent[group] != group:
            parent[group] = parent[parent[group]]
            group = parent[group]
        return group

    for keys in all_keys:
        for copies in find_copies(clips, keys):
            roots = {root(clip.group) for clip in copies}
            for group in roots:
                parent[group] = min(roots)
    return [replace(clip, group=root(clip.group)) for clip in clips]


def refuse_two_labels(copies: list[list[Clip]], background: frozenset[str]) -> None:
    """Raises an error if copies of one recording have different labels.

    Args:
        copies: The clips of each recording that has copies.
        background: Labels that are background. They count as one: copies among them are harmless.

    Raises:
        DatasetError: Two files of each of the first such recordings are named.
    """
    clashes = []
    for clips in copies:
        labels = ["" if clip.label in background else clip.label for clip in clips]
        pairs = zip(clips, labels, strict=True)
        other = next((clip for clip, label in pairs if label != labels[0]), None)
        if other is not None:
            clashes.append(f"{_described(clips[0])} and {_described(other)}")
    if clashes:
        more = f", and {len(clashes) - NAMED} more" if len(clashes) > NAMED else ""
        raise DatasetError(
            f"the same recording has two labels: {'; '.join(clashes[:NAMED])}{more}",
            hint="remove one of the two; a network gives a recording one label, and background "
            "must not contain what is to be recognised",
        )


def copies_notes(copies: list[list[Clip]]) -> list[str]:
    """Returns a line for each recording that has copies."""
    return [_note(clips) for clips in copies]


def _note(clips: list[Clip]) -> str:
    names = list(dict.fromkeys(short_name(clip) for clip in clips))
    if len(names) == 1:
        return f"{names[0]} is there {len(clips)} times: kept in one fold"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"the same recording, kept in one fold: {', '.join(names[:NAMED])}{more}"


def short_name(clip: Clip) -> str:
    """Returns the name of a clip with its folder."""
    return printable(f"{clip.path.parent.name}/{clip.path.name}")


def _described(clip: Clip) -> str:
    return printable(f"{clip.path} ({clip.label})")


def _size(clip: Clip) -> int:
    try:
        return clip.path.stat().st_size
    except OSError:
        return -1


def unite_decoded_copies(dataset: Dataset, features: Features) -> Dataset:
    """Returns the data set with one group, and one fold, for recordings of equal samples.

    Folds that the reader assigned are assigned anew if groups are united here; given ones stay, so
    that a leak between them is reported.

    Raises:
        DatasetError: A recording has two labels.
    """
    keys = sound_keys(features, range(len(dataset.recordings)))
    copies = find_copies(dataset.recordings, keys)
    refuse_two_labels(copies, _background(dataset))
    found = [clips for clips in copies if len({clip.group for clip in clips}) > 1]
    if not found:
        return dataset
    noted = replace(dataset, notes=(*dataset.notes, *copies_notes(found)))
    united = unite_groups(dataset.recordings, keys)
    if dataset.assigned_folds and not dataset.has_leaky_folds:
        return assign_again(noted, united)
    clips = len(dataset.clips)
    return replace(noted, clips=tuple(united[:clips]), background=tuple(united[clips:]))


def _background(dataset: Dataset) -> frozenset[str]:
    return frozenset(clip.label for clip in dataset.background)


def note_copies(dataset: Dataset) -> Dataset:
    """Returns the data set with notes on copies, after a check of their labels.

    Raises:
        DatasetError: A recording has two labels.
    """
    copies = find_copies(dataset.recordings, file_keys(dataset.recordings))
    refuse_two_labels(copies, _background(dataset))
    return replace(dataset, notes=(*dataset.notes, *copies_notes(copies)))
