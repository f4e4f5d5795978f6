"""Builds the sound bank of some clips of a data set."""

import numpy as np
from msgspec import UnsetType
from numpy.typing import NDArray

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.features import Features
from soundpost_training.dataset.select import BACKGROUND_LABEL, refuse_unknown_labels
from soundpost_training.examples.augment.negatives import negatives
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.experiment import Experiment

NEGATIVE_CLIPS = 64
"""Different sounds of silence and faint noise. Crops of them are short, so 64 are varied enough."""

ACTIVE_SHARE = 0.5
"""A crop holds at least this share of the active frames that the clip's fullest crop holds."""

ACTIVE_BELOW_PEAK = 3.5
"""A frame is active within this many nepers (30 dB) of the clip's loud frames."""


def build_sound_bank(
    experiment: Experiment, dataset: Dataset, features: Features, clips: list[int]
) -> SoundBank:
    """Builds the bank of some clips, and of the background of their folds.

    Other clips are not in it, nor are their reverberated copies.

    Args:
        experiment: Seed, window and augmentation.
        dataset: The recordings.
        features: The log-mel of the whole data set.
        clips: Positions in the data set.

    Raises:
        DatasetError: The data set lacks a label that is to be mixed beneath others.
    """
    frames = experiment.window.frames
    rng = np.random.default_rng(experiment.seed)
    quiet = negatives(rng, features.spec, NEGATIVE_CLIPS, frames)
    copies, first_copy = dataset.reverb_copies, len(dataset.recordings)
    owners = clips + [clip for clip in clips for _ in range(copies)]
    wet = [first_copy + clip * copies + copy for clip in clips for copy in range(copies)]
    fold_of = np.array([clip.fold for clip in dataset.recordings])
    background = dataset.background_in_folds(sorted(set(fold_of[clips].tolist())))
    labelled = [features.clip(clip) for clip in clips + wet]
    recordings = [features.clip(recording) for recording in background]
    beneath = _labels_beneath(experiment, dataset)
    first_background = len(labelled) + len(quiet)
    targets = _soft_targets(dataset, owners, experiment.train.label_smoothing)
    unlabelled = np.tile(
        _unlabelled_target(dataset, experiment.train.label_smoothing),
        (len(quiet) + len(recordings), 1),
    )
    return SoundBank(
        features=Features.joined(features.spec, labelled + quiet + recordings),
        dry=len(clips),
        clips=len(labelled),
        quiet=first_background,
        starts=[
            *(allowed_starts(sound, frames) for sound in labelled),
            *[np.zeros(1, np.int64)] * len(quiet),
            *(np.arange(len(sound)) for sound in recordings),
        ],
        targets=np.concatenate((targets, unlabelled)),
        folds=np.concatenate((fold_of[owners], [-1] * len(quiet), fold_of[background])).astype(
            np.int64
        ),
        beneath=np.array(
            [
                *(
                    place
                    for place, clip in enumerate(clips)
                    if dataset.clips[clip].label in beneath
                ),
                *range(first_background, first_background + len(recordings)),
            ],
            np.int64,
        ),
        owners=np.array([*owners, *[-1] * len(unlabelled)], np.int64),
    )


def balance_background(dataset: Dataset, clips: list[int]) -> list[int]:
    """Returns clips of which about as many are of the label as of its background.

    There is mostly far more background. A network that saw the label in a tenth of its examples
    would score it too low to be detected. Without a background label nothing is changed.

    Args:
        dataset: The recordings.
        clips: Positions in the data set.

    Returns:
        The same clips in their order, those of the rarer kind several times.
    """
    if not dataset.has_background_label:
        return clips
    is_background = [dataset.clips[clip].label == BACKGROUND_LABEL for clip in clips]
    backgrounds = sum(is_background)
    labelled = len(clips) - backgrounds
    most = max(backgrounds, labelled)
    return [
        clip
        for clip, background in zip(clips, is_background, strict=True)
        for _ in range(most // (backgrounds if background else labelled))
    ]


def _labels_beneath(experiment: Experiment, dataset: Dataset) -> tuple[str, ...]:
    """Returns the labels whose clips are mixed beneath others as well; so is a background label.

    Raises:
        DatasetError: The data set lacks one of them.
    """
    mixing = experiment.augment.background
    if isinstance(mixing, UnsetType):
        return ()
    refuse_unknown_labels(dataset, mixing.labels, "augment.background.labels")
    return (*mixing.labels, BACKGROUND_LABEL) if dataset.has_background_label else mixing.labels


def _unlabelled_target(dataset: Dataset, smoothing: float) -> NDArray[np.float32]:
    """Returns the target of a sound without a label, float32[labels].

    It is uniform, or the background where that is trained as a label.
    """
    labels = len(dataset.labels)
    if dataset.has_background_label:
        target: NDArray[np.float32] = _soft(np.array([labels - 1]), labels, smoothing)[0]
        return target
    return np.full(labels, 1.0 / labels, np.float32)


def _soft_targets(dataset: Dataset, clips: list[int], smoothing: float) -> NDArray[np.float32]:
    """Returns the targets of clips with label smoothing, float32[clips, labels]."""
    return _soft(np.array(dataset.targets())[clips], len(dataset.labels), smoothing)


def _soft(targets: NDArray[np.int64], labels: int, smoothing: float) -> NDArray[np.float32]:
    """Returns one-hot targets with label smoothing, float32[n, labels]."""
    one_hot: NDArray[np.float32] = np.eye(labels, dtype=np.float32)[targets]
    soft: NDArray[np.float32] = one_hot * np.float32(1.0 - smoothing)
    soft += np.float32(smoothing / labels)
    return soft


def allowed_starts(log_mel: NDArray[np.float32], frames: int) -> NDArray[np.int64]:
    """Returns where a crop of a circular clip may begin, so that it is not padding only.

    Args:
        log_mel: float32[n, mel_bands].
        frames: Frames of the crop.
    """
    level = log_mel.max(axis=1)
    active = level > np.percentile(level, 95) - ACTIVE_BELOW_PEAK
    circular = np.resize(active, len(active) + frames)
    before = np.concatenate(([0], np.cumsum(circular)))
    held = before[frames : frames + len(active)] - before[: len(active)]
    return np.flatnonzero(held >= ACTIVE_SHARE * held.max())
