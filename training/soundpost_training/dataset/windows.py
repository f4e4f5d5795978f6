"""A clip as the daemon hears it: whole windows at the stride."""

import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset import Features
from soundpost_training.experiment.data import WindowConfig


def windows_of(log_mel: NDArray[np.float32], config: WindowConfig) -> NDArray[np.float32]:
    """The windows of a clip, float32[windows, frames, mel_bands], at least one.

    Frames depend on their own samples only, so these are to the bit the windows that the
    daemon's `Windower` cuts from the clip's samples. What is left over at the end makes no
    window; a clip shorter than one is filled up with its own silence floor.

    Args:
        log_mel: float32[frames, mel_bands].
        config: Length and stride in frames.
    """
    missing = config.frames - len(log_mel)
    if missing > 0:
        log_mel = np.pad(log_mel, ((0, missing), (0, 0)), constant_values=log_mel.min())
    cut = np.lib.stride_tricks.sliding_window_view(log_mel, config.frames, axis=0)
    return cut[:: config.stride_frames].transpose(0, 2, 1)


def windows_of_clips(
    features: Features, clips: list[int], config: WindowConfig
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The windows of clips, float32[n, frames, mel_bands], and whose each is, int64[n].

    Args:
        features: The log-mel of the whole data set.
        clips: Positions in the data set.
        config: Length and stride in frames.
    """
    cut = [windows_of(features.clip(clip), config) for clip in clips]
    owners = np.repeat(np.arange(len(clips)), [len(windows) for windows in cut])
    return np.concatenate(cut), owners


def clip_means(scores: NDArray[np.float32], owners: NDArray[np.int64]) -> NDArray[np.float32]:
    """A clip's scores: the mean of its windows', float32[clips, labels].

    Args:
        scores: float32[windows, labels].
        owners: int64[windows], whose each is, as `windows_of_clips` tells; each clip has some.
    """
    counts = np.bincount(owners)
    sums = np.zeros((len(counts), scores.shape[1]), np.float64)
    np.add.at(sums, owners, scores)
    return (sums / counts[:, None]).astype(np.float32)
