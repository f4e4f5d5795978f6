"""The sounds that examples are cut from: clips, silence, faint noise, background; and targets."""

from dataclasses import dataclass

import numpy as np
from msgspec import UnsetType
from numpy.typing import NDArray

from soundpost_training.dataset import Dataset, Features, refuse_unknown_labels
from soundpost_training.examples.augment import Draw, negatives
from soundpost_training.experiment.experiment import Experiment

NEGATIVE_CLIPS = 64
"""Stretches of silence and faint noise that stand for all of them."""

ACTIVE_SHARE = 0.5
"""A crop holds at least this share of the sound that the clip's fullest crop holds."""

ACTIVE_BELOW_PEAK = 3.5
"""A frame is active within this many nepers (30 dB) of the clip's loud frames."""


@dataclass(frozen=True, slots=True)
class SoundBank:
    """What a network may be shown: clips, their copies in rooms, then sounds without any label.

    Of the sounds without a label, silence and faint noise come first, then the background.

    Attributes:
        features: Log-mel of the sounds.
        dry: Number of the clips as they were recorded.
        clips: Number of the sounds with a label: the clips, then `copies` of each, clip after clip.
        quiet: Number of the sounds up to the background.
        starts: For each sound, the frames where a crop may begin.
        targets: float32[sounds, labels], label smoothing included; uniform without a label.
        folds: int64[sounds], the fold of each; -1 of what is no recording.
        beneath: int64[n], the positions of what may be heard beneath the others.
    """

    features: Features
    dry: int
    clips: int
    quiet: int
    starts: list[NDArray[np.int64]]
    targets: NDArray[np.float32]
    folds: NDArray[np.int64]
    beneath: NDArray[np.int64]

    @property
    def copies(self) -> int:
        """How many rooms each clip is heard in."""
        return self.clips // self.dry - 1

    @property
    def background(self) -> range:
        """The positions of the recordings in which there is nothing to be told of."""
        return range(self.quiet, len(self.targets))

    def folds_of(self, drawn: Draw) -> NDArray[np.int64]:
        """The folds of all that is heard in each example, int64[examples, 3]; -1 is none."""
        heard = np.column_stack((drawn.clips, drawn.beneath))
        return np.where(heard < 0, -1, self.folds[heard])

    @classmethod
    def of(
        cls, experiment: Experiment, dataset: Dataset, features: Features, clips: list[int]
    ) -> "SoundBank":
        """The bank of some clips of a data set, and of the background of their folds.

        A clip that is not among them is not in it, in no room either.

        Raises:
            DatasetError: A label that is to be heard beneath others is none of the data set's.
        """
        frames = experiment.window.frames
        rng = np.random.default_rng(experiment.seed)
        quiet = negatives(rng, features.spec, NEGATIVE_CLIPS, frames)
        copies, first_copy = dataset.reverb_copies, len(dataset.recordings)
        owners = clips + [clip for clip in clips for _ in range(copies)]
        wet = [first_copy + clip * copies + copy for clip in clips for copy in range(copies)]
        fold_of = np.array([clip.fold for clip in dataset.recordings])
        background = dataset.background_in_folds(sorted(set(fold_of[clips].tolist())))
        sounds = [features.clip(at) for at in clips + wet]
        behind = [features.clip(at) for at in background]
        heard_beneath = labels_beneath(experiment, dataset)
        beneath = [
            place for place, at in enumerate(clips) if dataset.clips[at].label in heard_beneath
        ]
        first_behind = len(sounds) + len(quiet)
        targets = soft_targets(dataset, owners, experiment.train.label_smoothing)
        unlabelled = (len(quiet) + len(behind), len(dataset.labels))
        return cls(
            features=Features.joined(features.spec, sounds + quiet + behind),
            dry=len(clips),
            clips=len(sounds),
            quiet=first_behind,
            starts=[allowed_starts(sound, frames) for sound in sounds]
            + [np.zeros(1, np.int64)] * len(quiet)
            + [np.arange(len(sound)) for sound in behind],
            targets=np.concatenate(
                (targets, np.full(unlabelled, 1.0 / len(dataset.labels), np.float32))
            ),
            folds=np.concatenate((fold_of[owners], [-1] * len(quiet), fold_of[background])).astype(
                np.int64
            ),
            beneath=np.array(
                [*beneath, *range(first_behind, first_behind + len(behind))], np.int64
            ),
        )


def labels_beneath(experiment: Experiment, dataset: Dataset) -> tuple[str, ...]:
    """The labels whose clips are heard beneath the others as well as alone.

    Raises:
        DatasetError: The data set has not all of them.
    """
    mixing = experiment.augment.background
    labels = () if isinstance(mixing, UnsetType) else mixing.labels
    refuse_unknown_labels(dataset, labels, "augment.background.labels")
    return labels


def soft_targets(dataset: Dataset, clips: list[int], smoothing: float) -> NDArray[np.float32]:
    """The smoothed targets of clips, float32[clips, labels]."""
    labels = len(dataset.labels)
    certain = np.eye(labels, dtype=np.float32)[np.array(dataset.targets())[clips]]
    soft: NDArray[np.float32] = certain * np.float32(1.0 - smoothing)
    return soft + np.float32(smoothing / labels)


def allowed_starts(log_mel: NDArray[np.float32], frames: int) -> NDArray[np.int64]:
    """Where a crop of a circular clip may begin, so that it holds sound and not padding only.

    Args:
        log_mel: float32[n, mel_bands].
        frames: Frames of the crop.
    """
    loudness = log_mel.max(axis=1)
    active = loudness > np.percentile(loudness, 95) - ACTIVE_BELOW_PEAK
    around = np.resize(active, len(active) + frames)
    heard = np.concatenate(([0], np.cumsum(around)))
    held = heard[frames : frames + len(active)] - heard[: len(active)]
    return np.flatnonzero(held >= ACTIVE_SHARE * held.max())
