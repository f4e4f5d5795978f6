"""The sounds that examples are cut from: clips, silence and faint noise, with soft targets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost_training.augment import negatives
from soundpost_training.config import Experiment
from soundpost_training.dataset import Dataset, Features

NEGATIVE_CLIPS = 64
"""Stretches of silence and faint noise that stand for all of them."""

ACTIVE_SHARE = 0.5
"""A crop holds at least this share of the sound that the clip's fullest crop holds."""

ACTIVE_BELOW_PEAK = 3.5
"""A frame is active within this many nepers (30 dB) of the clip's loud frames."""


@dataclass(frozen=True, slots=True)
class Bank:
    """What a network may be shown; the clips come first, then sounds without any label.

    Attributes:
        features: Log-mel of the clips and of the sounds without a label.
        clips: Number of the clips.
        starts: For each sound, the frames where a crop may begin.
        targets: float32[sounds, labels], label smoothing included; uniform without a label.
    """

    features: Features
    clips: int
    starts: list[NDArray[np.int64]]
    targets: NDArray[np.float32]

    @classmethod
    def of(
        cls, experiment: Experiment, dataset: Dataset, features: Features, clips: list[int]
    ) -> "Bank":
        """The bank of some clips of a data set; a clip that is not among them is not in it."""
        frames = experiment.window.frames
        rng = np.random.default_rng(experiment.seed)
        extra = negatives(rng, features.spec, NEGATIVE_CLIPS, frames)
        sounds = [features.clip(clip) for clip in clips]
        labels, smoothing = len(dataset.labels), experiment.train.label_smoothing
        certain = np.eye(labels, dtype=np.float32)[np.array(dataset.targets())[clips]]
        soft = certain * np.float32(1.0 - smoothing) + np.float32(smoothing / labels)
        uniform = np.full((len(extra), labels), 1.0 / labels, np.float32)
        return cls(
            features=Features.joined(features.spec, sounds + extra),
            clips=len(sounds),
            starts=[allowed_starts(sound, frames) for sound in sounds]
            + [np.zeros(1, np.int64)] * len(extra),
            targets=np.concatenate((soft, uniform)),
        )


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
