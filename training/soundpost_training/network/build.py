"""The network of an experiment, as it is trained and as the device runs it."""

import keras

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.arch import (
    build_mobilenet_v2,
    build_residual,
    build_separable,
    build_yamnet,
    fold_into_stem,
)


def build_model(
    config: ModelConfig, frames: int, bands: int, labels: int, *, scaling: bool = True
) -> keras.Model:
    """An untrained network from log-mel float32[n, frames, bands, 1] to logits float32[n, labels].

    Args:
        config: Which network, and its widths and strides.
        frames: Frames of a window.
        bands: Mel bands.
        labels: Number of labels.
        scaling: Whether the input is centred first, where it can be without; see `fold_scaling`.

    Raises:
        TrainingError: The experiment is a baseline without any network.
    """
    refuse_baseline(config)
    log_mel = keras.Input((frames, bands, 1), name="log_mel")
    match config.arch:
        case "residual":
            logits = build_residual(config, log_mel, labels, scaling=scaling)
        case "separable":
            logits = build_separable(config, log_mel, labels, scaling=scaling)
        case "yamnet":
            logits = build_yamnet(config, log_mel, labels)
        case "mobilenet_v2":
            logits = build_mobilenet_v2(config, log_mel, labels)
    return keras.Model(log_mel, logits)


def refuse_baseline(config: ModelConfig) -> None:
    """Returns when there is a network to train.

    Raises:
        TrainingError: The experiment is a baseline without any.
    """
    if config.arch == "boosting":
        raise TrainingError(
            "arch = boosting is a baseline: it has no network, so no int8 and no bundle",
            hint="`soundpost-train crossval` gives its figures; for a bundle choose residual",
        )


def fold_scaling(model: keras.Model, config: ModelConfig) -> keras.Model:
    """The same function without the scaling layer, which moves into the stem's weights.

    On the device this saves a pass over the input and one rounding to int8. A network that has no
    stem of ours is returned as it is.
    """
    if config.arch not in {"residual", "separable"}:
        return model
    _, frames, bands, _ = model.input_shape
    folded = build_model(config, frames, bands, model.output_shape[-1], scaling=False)
    fold_into_stem(model, folded)
    return folded
