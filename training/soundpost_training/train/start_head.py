"""Fits the new last layer of a network that starts from a bundle, before training begins."""

import keras
import numpy as np

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.features import Features
from soundpost_training.dataset.folds import training_folds
from soundpost_training.dataset.windows import windows_of_clips
from soundpost_training.examples.augment.negatives import negatives
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.network.arch.layer_names import LOGITS
from soundpost_training.train.linear_head import fit_head

BATCH = 64
QUIET_SOUNDS = 64
"""Silence and faint noises, which no label is to be detected in."""


def start_head(
    experiment: Experiment,
    dataset: Dataset,
    features: Features,
    fold: int | None,
    model: keras.Model,
) -> None:
    """Sets the last layer to the logistic regression on the features below it.

    Training then continues from the best head on frozen features, instead of tearing trained
    weights apart by the gradients of a random one (Kumar et al., "Fine-Tuning can Distort
    Pretrained Features", ICLR 2022). A last layer that is not new stays as it is.

    Args:
        experiment: Its window and seed.
        dataset: The recordings.
        features: Their log-mel.
        fold: What is held out, if anything.
        model: The network, with a last layer of zeros.
    """
    last = model.get_layer(LOGITS)
    if np.any(last.get_weights()[0]):
        return
    clips = dataset.in_folds(training_folds(dataset, fold))
    windows, owners = windows_of_clips(features, clips, experiment.window)
    truth = np.array(dataset.targets())[clips][owners]
    targets = np.eye(len(dataset.labels), dtype=np.float32)[truth]
    rng = np.random.default_rng(experiment.seed)
    spec, frames = experiment.features, experiment.window.frames
    quiet = np.stack(negatives(rng, spec, QUIET_SOUNDS, frames))
    nothing = np.full((len(quiet), len(dataset.labels)), 1.0 / len(dataset.labels), np.float32)
    if dataset.has_background_label:
        nothing = np.eye(len(dataset.labels), dtype=np.float32)[[-1] * len(quiet)]
    below = keras.Model(model.input, last.input)
    below_last = below.predict(
        np.concatenate((windows, quiet))[..., None], batch_size=BATCH, verbose=0
    )
    head = fit_head(below_last, np.concatenate((targets, nothing)), "softmax")
    last.set_weights([head.kernel, head.bias])
