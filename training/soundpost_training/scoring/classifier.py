"""Runs a model that is in no bundle yet by the daemon's classifier."""

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.classify import Bundle, Classifier
from soundpost_training.dataset.clip import Dataset
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.scoring.manifest import (
    BundleContent,
    Decisions,
    Measurements,
    build_manifest,
)
from soundpost_training.scoring.thresholds import UNCALIBRATED_ON, label_defaults

NO_GOLDEN = b"-"
"""In place of the golden vectors: the classifier does not read them, the manifest names them."""


def build_classifier(
    experiment: Experiment, dataset: Dataset, model: bytes, temperature: float = 1.0
) -> Classifier:
    """Builds the daemon's classifier of a TFLite file, with uncalibrated thresholds.

    Args:
        experiment: What the model was trained by.
        dataset: What it was trained on.
        model: The TFLite file.
        temperature: What logits are divided by.
    """
    spec = experiment.features
    labels = [label_defaults(name, UNCALIBRATED_ON, spec) for name in dataset.bundle_labels]
    manifest = build_manifest(
        experiment,
        dataset,
        BundleContent(model, NO_GOLDEN),
        Decisions(labels, temperature),
        Measurements([], ""),
    )
    # Windows of clips are scored one by one, which is faster as a whole.
    manifest = msgspec.structs.replace(manifest, streaming=None)
    return Classifier(Bundle(folder=Path(), manifest=manifest, model=model))


def label_scores(
    classifier: Classifier, dataset: Dataset, log_mel: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Returns the scores of a window for all labels that are trained, float32[labels].

    A bundle does not have the label of the background; its score is the rest to 1.

    Args:
        classifier: Of the bundle.
        dataset: Has the labels.
        log_mel: float32[frames, mel_bands].
    """
    scores = classifier.scores(log_mel)
    return np.append(scores, 1.0 - scores) if dataset.has_background_label else scores
