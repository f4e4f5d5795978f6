"""Cuts the features of a clip into windows, as the daemon does."""

import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.features import Features
from soundpost_training.experiment.data import WindowConfig


def windows_of(log_mel: NDArray[np.float32], config: WindowConfig) -> NDArray[np.float32]:
    """Returns the windows of a clip, float32[windows, frames, mel_bands], one at least.

    A frame depends on its own samples only, so these windows are equal to the bit to those that
    the daemon's `Windower` cuts from the samples of the clip. Frames that do not fill a window at
    the end are not used. A clip shorter than a window is padded with its own lowest value, or is
    repeated where `short_clips` says so.

    Args:
        log_mel: float32[frames, mel_bands].
        config: Length and stride in frames.
    """
    missing = config.frames - len(log_mel)
    if missing > 0 and config.short_clips == "repeat":
        log_mel = log_mel.take(range(config.frames), axis=0, mode="wrap")
    elif missing > 0:
        log_mel = np.pad(log_mel, ((0, missing), (0, 0)), constant_values=log_mel.min())
    windows = np.lib.stride_tricks.sliding_window_view(log_mel, config.frames, axis=0)
    return windows[:: config.stride_frames].transpose(0, 2, 1)


def windows_of_clips(
    features: Features, clips: list[int], config: WindowConfig
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Returns the windows of clips, float32[n, frames, mel_bands], and their owners, int64[n].

    An owner is an index into `clips`.

    Args:
        features: The log-mel of the whole data set.
        clips: Positions in the data set.
        config: Length and stride in frames.
    """
    by_clip = [windows_of(features.clip(clip), config) for clip in clips]
    owners = np.repeat(np.arange(len(clips)), [len(windows) for windows in by_clip])
    return np.concatenate(by_clip), owners
