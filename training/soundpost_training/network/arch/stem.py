"""The first layers of networks with random weights: input scaling and a strided convolution."""

import keras
from keras import layers

from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.arch.layer_names import SCALING, STEM, STEM_NORM

INPUT_MEAN = -2.5
INPUT_DEVIATION = 2.5
"""About the mean and the deviation of log-mel over ESC-50. Centred input speeds up training."""


def scale(log_mel: keras.KerasTensor) -> keras.KerasTensor:
    """Returns log-mel centred at 0 with a standard deviation of about 1."""
    return layers.Rescaling(1.0 / INPUT_DEVIATION, -INPUT_MEAN / INPUT_DEVIATION, name=SCALING)(
        log_mel
    )


def stem(log_mel: keras.KerasTensor, config: ModelConfig, *, scaling: bool) -> keras.KerasTensor:
    """Adds a strided convolution with normalisation, on centred input if `scaling`."""
    hidden = layers.Conv2D(
        config.stem_channels,
        config.stem_kernel,
        strides=(config.stem_stride_frames, config.stem_stride_bands),
        use_bias=False,
        name=STEM,  # without padding: padding after the scaling could not be folded
    )(scale(log_mel) if scaling else log_mel)
    return layers.ReLU()(layers.BatchNormalization(name=STEM_NORM)(hidden))


def fold_into_stem(model: keras.Model, folded: keras.Model) -> None:
    """Sets the weights of a network without the scaling layer, so that it computes the same.

    Args:
        model: The trained network, with the scaling layer.
        folded: The same network, built without it.
    """
    folded.set_weights(model.get_weights())  # the scaling layer has no weights
    kernel = model.get_layer(STEM).get_weights()[0]
    gamma, beta, mean, variance = model.get_layer(STEM_NORM).get_weights()
    moved = mean + INPUT_MEAN / INPUT_DEVIATION * kernel.sum(axis=(0, 1, 2))
    folded.get_layer(STEM).set_weights([kernel / INPUT_DEVIATION])
    folded.get_layer(STEM_NORM).set_weights([gamma, beta, moved, variance])
