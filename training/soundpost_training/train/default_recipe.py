"""The recipe for folders of one's own that state neither a network nor its training."""

from collections import Counter

import msgspec

from soundpost_training.dataset.clip import Dataset
from soundpost_training.experiment.data import AugmentConfig, WindowConfig
from soundpost_training.experiment.default_bundle import default_bundle
from soundpost_training.experiment.experiment import Experiment, ModelConfig, TrainConfig
from soundpost_training.experiment.init import BundleInit
from soundpost_training.experiment.init_tables import bundle_input

FEW_CLIPS = 200
"""With fewer clips of a label, a network from random weights is far worse than one that was trained
on many sounds before."""

EPOCHS = 6
LEARNING_RATE = BACKBONE_LEARNING_RATE = 1e-5
"""Small steps: a few hundred clips spoil a well fitted network more easily than they
improve it; see docs/adr/0037."""

BATCH_SIZE = 32
AVERAGE_MOMENTUM = 0.9
"""Averages some ten steps: a short training has a hundred."""

DROPOUT = 0.3
AUGMENT = AugmentConfig(mix_share=0.0, masks=1, stretch=0.05, band_shift=1)
"""Milder than from random weights: the network is to keep what it can do."""


def with_default_init(experiment: Experiment, dataset: Dataset) -> Experiment:
    """Returns the experiment, started from the preferred bundle where that is the default.

    That is for folders of fewer than `FEW_CLIPS` clips of a label, unless the experiment states
    a network, features, windows, initial weights or teachers. The recipe of training is short and
    mild then, unless `[train]` or `[augment]` state another.

    Args:
        experiment: As the file states it.
        dataset: Its recordings.
    """
    few = min(Counter(clip.label for clip in dataset.clips).values()) < FEW_CLIPS
    is_left_open = (
        experiment.data.kind == "folders"
        and experiment.train.init is None
        and experiment.teacher is None
        and experiment.model == ModelConfig()
        and experiment.window == WindowConfig()
    )
    if not few or not is_left_open:
        return experiment
    init = BundleInit(bundle=default_bundle())
    taken = bundle_input(init)
    if taken.features != experiment.features:
        return experiment
    window = WindowConfig(frames=taken.window_frames, stride_frames=taken.stride_frames)
    recipe = TrainConfig(
        init=init,
        epochs=EPOCHS,
        learning_rate=LEARNING_RATE,
        backbone_learning_rate=BACKBONE_LEARNING_RATE,
        batch_size=BATCH_SIZE,
        average_momentum=AVERAGE_MOMENTUM,
        label_smoothing=0.0,
    )
    stated = experiment.train
    if msgspec.structs.replace(stated, epochs=TrainConfig().epochs) != TrainConfig():
        recipe = msgspec.structs.replace(stated, init=init)
    elif stated.epochs != TrainConfig().epochs:
        recipe = msgspec.structs.replace(recipe, epochs=stated.epochs)
    augment = experiment.augment
    return msgspec.structs.replace(
        experiment,
        train=recipe,
        window=window,
        model=ModelConfig(arch="bundle", dropout=DROPOUT),
        augment=AUGMENT if augment == AugmentConfig() else augment,
    )


def default_note(experiment: Experiment, chosen: Experiment) -> str | None:
    """Returns a sentence on the initial weights that were chosen; None where nothing was."""
    if chosen is experiment or not isinstance(chosen.train.init, BundleInit):
        return None
    return (
        f"fewer than {FEW_CLIPS} clips of a label: training starts from the bundle "
        f'{chosen.train.init.bundle}, {chosen.train.epochs} epochs; init = "none" in [train], or '
        "--init none, starts from random weights"
    )
