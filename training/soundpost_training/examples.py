"""What the network is shown: augmented batches with soft targets."""

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.augment import Draw, apply, draw, negatives
from soundpost_training.config import Experiment
from soundpost_training.dataset import Features

NEGATIVE_CLIPS = 64
"""Stretches of silence and faint noise that stand for all of them."""

ACTIVE_SHARE = 0.5
"""A crop holds at least this share of the sound that the clip's fullest crop holds."""

ACTIVE_BELOW_PEAK = 3.5
"""A frame is active within this many nepers (30 dB) of the clip's loud frames."""


class Examples(keras.utils.PyDataset):
    """The batches of an epoch; batch and epoch alone decide what is drawn.

    Clips that a model must not hear are never in `clips`, so nothing here can leak them.

    Args:
        experiment: Seed, window, augmentation and batch size.
        features: The log-mel of the whole data set.
        clips: Positions of the clips to train on.
        targets: int[clips of the data set], the position of each clip's label.
        labels: Number of labels.
    """

    def __init__(
        self,
        experiment: Experiment,
        features: Features,
        clips: list[int],
        targets: list[int],
        labels: int,
    ) -> None:
        super().__init__()
        self.epoch = 0
        self._experiment = experiment
        self._frames = experiment.window.frames
        extra = negatives(self._rng(0, 0), features.spec, NEGATIVE_CLIPS, self._frames)
        sounds = [features.clip(clip) for clip in clips]
        self._sounds = len(sounds)
        self._features = Features.joined(features.spec, sounds + extra)
        self._starts = [_allowed_starts(sound, self._frames) for sound in sounds]
        self._starts += [np.zeros(1, np.int64)] * len(extra)
        smoothing = experiment.train.label_smoothing
        certain = np.eye(labels, dtype=np.float32)[np.array(targets)[clips]]
        uniform = np.full((len(extra), labels), 1.0 / labels, np.float32)
        self._targets = np.concatenate(
            (certain * np.float32(1.0 - smoothing) + np.float32(smoothing / labels), uniform)
        )

    def __len__(self) -> int:
        """Batches of an epoch; the last one is filled up by beginning anew."""
        return -(-self._sounds // self._experiment.train.batch_size)

    def __getitem__(self, batch: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Examples float32[n, frames, mel_bands, 1] and targets float32[n, labels]."""
        drawn = self.draw(batch)
        share = drawn.shares.astype(np.float32)[:, None]
        first, second = (self._targets[drawn.clips[:, side]] for side in range(2))
        examples = apply(drawn, self._features, self._frames)
        return examples[..., None], share * first + (1.0 - share) * second

    def draw(self, batch: int) -> Draw:
        """What is drawn for a batch of the present epoch."""
        config, size = self._experiment.augment, self._experiment.train.batch_size
        order = self._rng(1, self.epoch).permutation(self._sounds)
        rng = self._rng(2, self.epoch, batch)
        first = np.take(order, range(batch * size, (batch + 1) * size), mode="wrap")
        pairs = np.stack((first, rng.integers(0, self._sounds, size)), axis=1)
        negative = rng.random(size) < config.negative_share
        pairs[negative] = rng.integers(self._sounds, len(self._targets), (negative.sum(), 1))
        bands = self._features.spec.mel_bands
        return draw(rng, config, pairs, self._starts, self._frames, bands)

    def _rng(self, *what: int) -> np.random.Generator:
        return np.random.default_rng((self._experiment.seed, *what))


def _allowed_starts(log_mel: NDArray[np.float32], frames: int) -> NDArray[np.int64]:
    """Where a crop of a circular clip may begin, so that it holds sound and not padding only."""
    loudness = log_mel.max(axis=1)
    active = loudness > np.percentile(loudness, 95) - ACTIVE_BELOW_PEAK
    around = np.concatenate((active, np.resize(active, frames)))
    heard = np.concatenate(([0], np.cumsum(around)))
    held = heard[frames : frames + len(active)] - heard[: len(active)]
    return np.flatnonzero(held >= ACTIVE_SHARE * held.max())
