"""Features of the windows of recordings, by a frozen network."""

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.features import Features
from soundpost_training.dataset.windows import windows_of
from soundpost_training.examples.augment.negatives import negatives
from soundpost_training.examples.build_sound_bank import allowed_starts
from soundpost_training.experiment.data import WindowConfig
from soundpost_training.progress import track
from soundpost_training.quick.backbone import Backbone
from soundpost_training.quick.material import Embedded

Real = NDArray[np.float32]

BATCH = 32
QUIET_SOUNDS = 64
"""Silence and faint noises, which no label may be detected in."""

QUIET_SEED = 0x9C1E


def embed(backbone: Backbone, dataset: Dataset, features: Features, calibration: int) -> Embedded:
    """Computes the features of all windows, a recording at a time.

    Args:
        backbone: The frozen network.
        dataset: The recordings.
        features: Their log-mel.
        calibration: Number of windows to keep as log-mel, evenly over all recordings.
    """
    recordings = len(dataset.recordings)
    parts, active, counts, kept = [], [], [], []
    share = calibration / max(1, sum(_count(features, at, backbone) for at in range(recordings)))
    owed = 0.0
    for at in track(range(recordings), f"features of {backbone.name}"):
        windows = windows_of(features.clip(at), backbone.window)
        parts.append(network_features(backbone.network, windows))
        counts.append(len(windows))
        if at < len(dataset.clips):
            active.append(_active(features.clip(at), len(windows), backbone.window))
        else:
            active.append(np.ones(len(windows), np.bool_))
        owed += share * len(windows)
        take = min(int(owed), len(windows))
        owed -= take
        kept += [windows[place] for place in np.linspace(0, len(windows) - 1, take).astype(int)]
    rng = np.random.default_rng(QUIET_SEED)
    quiet = negatives(rng, backbone.spec, QUIET_SOUNDS, backbone.window.frames)
    return Embedded(
        features=np.concatenate(parts),
        owners=np.repeat(np.arange(recordings), counts),
        active=np.concatenate(active),
        quiet=network_features(backbone.network, np.stack(quiet)),
        calibration=np.stack(kept or [windows[0]]),
    )


def network_features(network: keras.Model, windows: Real) -> Real:
    """Returns features float32[n, features] of windows float32[n, frames, bands].

    Each batch is filled up to one size: Keras would compile the network anew for another.
    """
    results = []
    for first in range(0, len(windows), BATCH):
        batch = windows[first : first + BATCH]
        filled = np.resize(batch, (BATCH, *batch.shape[1:]))
        results.append(np.asarray(network.predict_on_batch(filled[..., None]))[: len(batch)])
    return np.concatenate(results)


def _count(features: Features, at: int, backbone: Backbone) -> int:
    """Returns the number of windows of a recording."""
    window = backbone.window
    return 1 + max(0, int(features.frames[at]) - window.frames) // window.stride_frames


def _active(log_mel: Real, windows: int, config: WindowConfig) -> NDArray[np.bool_]:
    """Returns a mask of the windows that hold enough of a clip's sound; all, if none does."""
    starts = np.arange(windows) * config.stride_frames
    active = np.isin(starts, allowed_starts(log_mel, config.frames))
    return active if active.any() else np.ones(windows, np.bool_)
