"""Warnings about recordings that can be used, but from which a network learns badly."""

from collections import Counter, defaultdict

import numpy as np

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.copies import short_name
from soundpost_training.dataset.features import Features
from soundpost_training.experiment.data import WindowConfig

FEW_RECORDINGS = 10
"""Fewer source recordings of a label hardly show how it varies: ESC-50 has some twenty of each."""

UNBALANCED = 10
"""Times as many clips of one label as of another, from which on the rarer is hardly learnt."""

NAMED = 5
"""Clips or labels that a warning names; the rest are counted."""


def data_warnings(dataset: Dataset, features: Features, window: WindowConfig) -> list[str]:
    """Returns a line for each kind of recordings that spoil training, with what to do.

    Args:
        dataset: The readable recordings.
        features: Their log-mel.
        window: Its length is compared with that of the clips.
    """
    return [
        *_short_clips(dataset, features, window),
        *_silent_clips(dataset, features),
        *_few_recordings(dataset),
        *_unbalanced_labels(dataset),
    ]


def _short_clips(dataset: Dataset, features: Features, window: WindowConfig) -> list[str]:
    frames = features.frames[: len(dataset.clips)]
    short = int((frames < window.frames).sum())
    if not short:
        return []
    name = short_name(dataset.clips[int(frames.argmin())])
    seconds, least = (_seconds(features, count) for count in (window.frames, int(frames.min())))
    filled = (
        "and scoring repeat them"
        if window.short_clips == "repeat"
        else "repeats them, scoring fills the window with silence"
    )
    return [
        (
            f"{short} of {len(frames)} clips are shorter than the window of {seconds:.2f} s, the "
            f"shortest with {least:.2f} s ({name}): training {filled}. Record them longer, with "
            f"what is heard around the sound, or set window.frames to {int(frames.min())}"
        )
    ]


def _seconds(features: Features, frames: int) -> float:
    spec = features.spec
    return spec.sample_count(frames) / spec.sample_rate_hz


def _silent_clips(dataset: Dataset, features: Features) -> list[str]:
    silent = [
        short_name(clip)
        for at, clip in enumerate(dataset.recordings)
        if np.ptp(features.clip(at)) == 0.0
    ]
    if not silent:
        return []
    more = ", …" if len(silent) > NAMED else ""
    return [
        (
            f"silent throughout: {', '.join(silent[:NAMED])}{more} ({len(silent)} in all): remove "
            "them, or record them again"
        )
    ]


def _few_recordings(dataset: Dataset) -> list[str]:
    recordings = defaultdict(set)
    for clip in dataset.clips:
        recordings[clip.label].add(clip.group)
    few = [
        f"{label} ({len(recordings[label])})"
        for label in dataset.labels
        if len(recordings[label]) < FEW_RECORDINGS
    ]
    if not few:
        return []
    more = f" and {len(few) - NAMED} more" if len(few) > NAMED else ""
    return [
        (
            f"labels with fewer than {FEW_RECORDINGS} recordings: {', '.join(few[:NAMED])}{more}: "
            "record more, on other days and at other places, or begin with trained weights "
            "([train.init])"
        )
    ]


def _unbalanced_labels(dataset: Dataset) -> list[str]:
    """Returns a warning for labels of very different size; a background label is balanced."""
    clips = Counter(clip.label for clip in dataset.clips if clip.label in dataset.bundle_labels)
    (most, largest), *_, (least, smallest) = [*clips.most_common(), *clips.most_common()[-1:]]
    if largest < UNBALANCED * smallest:
        return []
    return [
        (
            f"{most} has {largest} clips and {least} {smallest}: {least} will hardly be detected. "
            f"Record more of it, or use fewer of {most}"
        )
    ]
