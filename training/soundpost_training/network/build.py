"""Builds the network of an experiment, for training and for the device."""

import keras

from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.arch.layer_names import LOGITS
from soundpost_training.network.arch.mobilenet_v2 import build_mobilenet_v2
from soundpost_training.network.arch.residual import build_residual
from soundpost_training.network.arch.separable import build_separable
from soundpost_training.network.arch.stem import fold_into_stem
from soundpost_training.network.arch.streaming import build_streaming
from soundpost_training.network.arch.yamnet import build_yamnet


def build_model(
    config: ModelConfig, frames: int, bands: int, labels: int, *, scaling: bool = True
) -> keras.Model:
    """Returns an untrained network.

    It maps log-mel float32[n, frames, bands, 1] to logits float32[n, labels].

    Args:
        config: Architecture, widths and strides.
        frames: Frames of a window.
        bands: Mel bands.
        labels: Number of labels.
        scaling: False leaves out the layer that centres the input; see `fold_scaling`.

    Raises:
        TrainingError: The experiment is a baseline without a network.
    """
    require_network(config)
    log_mel = keras.Input((frames, bands, 1), name="log_mel")
    match config.arch:
        case "residual":
            logits = build_residual(config, log_mel, labels, scaling=scaling)
        case "separable":
            logits = build_separable(config, log_mel, labels, scaling=scaling)
        case "streaming":
            logits = build_streaming(config, log_mel, labels, scaling=scaling)
        case "yamnet":
            logits = build_yamnet(log_mel, config.layers, labels, config.dropout)
        case "mobilenet_v2":
            logits = build_mobilenet_v2(config, log_mel, labels)
    return keras.Model(log_mel, logits)


def require_network(config: ModelConfig) -> None:
    """Raises an error for a baseline, which has no network.

    Raises:
        TrainingError: The experiment is a baseline.
    """
    if not config.has_network:
        raise TrainingError(
            f"arch = {config.arch} is a baseline: it has no network, so no int8 and no bundle",
            hint="`soundpost-train crossval` prints its accuracy; for a bundle choose residual",
        )


def single_logit(model: keras.Model) -> keras.Model:
    """Returns a network of two labels as one of the first label alone.

    Its logit is the difference of the two, so that its sigmoid is the softmax score of that label.
    """
    last = model.get_layer(LOGITS)
    kernel, bias = last.get_weights()
    difference = keras.layers.Dense(1, name=LOGITS)
    single = keras.Model(model.input, difference(last.input))
    difference.set_weights([kernel[:, :1] - kernel[:, 1:], bias[:1] - bias[1:]])
    return single


def fold_scaling(model: keras.Model, config: ModelConfig) -> keras.Model:
    """Returns the same function without the scaling layer, whose factors move into the stem.

    This saves the device a pass over the input and one rounding to int8. Architectures without
    this stem are returned unchanged.
    """
    if config.arch not in {"residual", "separable", "streaming"}:
        return model
    _, frames, bands, _ = model.input_shape
    folded = build_model(config, frames, bands, model.output_shape[-1], scaling=False)
    fold_into_stem(model, folded)
    return folded
