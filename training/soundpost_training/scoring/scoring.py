"""Scoring held-out clips with the daemon's own interpreter and dequantisation."""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost.classify import Bundle, Classifier
from soundpost_training.dataset.windows import clip_means, windows_of_clips
from soundpost_training.files import atomic_path
from soundpost_training.progress import track
from soundpost_training.scoring.manifest import build_manifest
from soundpost_training.scoring.thresholds import UNCALIBRATED_ON, label_defaults
from soundpost_training.train.context import TrainingContext

SCORES_FILE = "scores.npz"
GOLDEN_TO_COME = b"-"


@dataclass(frozen=True, slots=True)
class FoldScores:
    """What the model of a fold makes of the clips that it never heard.

    Of a model of all folds: what it makes of all clips, every one of which it has heard.

    Attributes:
        clips: int64[clips], positions in the data set.
        truth: int64[clips], positions of their labels.
        owners: int64[windows], the place in `clips` of each window's clip.
        int8: float32[windows, labels], scores of the quantised model as the daemon computes them.
        real: float32[windows, labels], scores of the network before quantisation.
    """

    clips: NDArray[np.int64]
    truth: NDArray[np.int64]
    owners: NDArray[np.int64]
    int8: NDArray[np.float32]
    real: NDArray[np.float32]

    def of_clips(self, window_scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """A clip's scores: the mean of its windows', float32[clips, labels]."""
        return clip_means(window_scores, self.owners)

    def save(self, path: Path) -> None:
        """Keeps them, whole or not at all."""
        arrays = {name: getattr(self, name) for name in self.__slots__}
        with atomic_path(path) as partial:
            np.savez_compressed(partial, **arrays)

    @classmethod
    def load(cls, path: Path) -> "FoldScores":
        """What `save` kept."""
        with np.load(path) as arrays:
            return cls(*(arrays[name] for name in cls.__slots__))


def score_fold(
    material: TrainingContext, fold: int | None, network: keras.Model, model: bytes
) -> FoldScores:
    """The scores of a held-out fold's windows, before and after quantisation.

    Args:
        material: The experiment, its recordings and their features.
        fold: The fold that was held out; None scores all clips.
        network: The trained network.
        model: The TFLite file made of it.
    """
    dataset = material.dataset
    clips = dataset.in_folds(dataset.folds if fold is None else [fold])
    windows, owners = windows_of_clips(material.features, clips, material.experiment.window)
    classifier = classifier_of(material, model)
    told = track(windows, f"{material.fold_folder(fold).name}, int8")
    logits = network.predict(windows[..., None], batch_size=256, verbose=0)
    return FoldScores(
        clips=np.array(clips),
        truth=np.array(dataset.targets())[clips],
        owners=owners,
        int8=np.stack([classifier.scores(window) for window in told]),
        real=np.asarray(keras.ops.softmax(np.asarray(logits, np.float32))),
    )


def classifier_of(material: TrainingContext, model: bytes, temperature: float = 1.0) -> Classifier:
    """The daemon's classifier for a model that is in no bundle yet."""
    spec = material.experiment.features
    labels = [label_defaults(name, UNCALIBRATED_ON, spec) for name in material.dataset.labels]
    manifest = build_manifest(material, model, GOLDEN_TO_COME, labels, temperature, [], "")
    return Classifier(Bundle(folder=Path(), manifest=manifest, model=model))
