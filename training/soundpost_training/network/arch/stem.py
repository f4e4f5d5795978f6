"""The first layer of the networks that begin at random, and how its scaling is folded away."""

import keras
from keras import layers

from soundpost_training.experiment.experiment import ModelConfig

INPUT_MEAN = -2.5
INPUT_DEVIATION = 2.5
"""About the mean and the spread of log-mel over ESC-50: the stem learns faster on centred input."""

SCALING, STEM, STEM_NORM = "input_scaling", "stem", "stem_norm"


def scale(log_mel: keras.KerasTensor) -> keras.KerasTensor:
    """Log-mel centred at 0 with a spread of about 1."""
    return layers.Rescaling(1.0 / INPUT_DEVIATION, -INPUT_MEAN / INPUT_DEVIATION, name=SCALING)(
        log_mel
    )


def stem(log_mel: keras.KerasTensor, config: ModelConfig, *, scaling: bool) -> keras.KerasTensor:
    """A strided convolution with normalisation, of centred input if `scaling`."""
    hidden = layers.Conv2D(
        config.stem_channels,
        config.stem_kernel,
        strides=(config.stem_stride_frames, config.stem_stride_bands),
        use_bias=False,
        name=STEM,  # no padding: padding after centring could not be folded away
    )(scale(log_mel) if scaling else log_mel)
    return layers.ReLU()(layers.BatchNormalization(name=STEM_NORM)(hidden))


def fold_into_stem(model: keras.Model, folded: keras.Model) -> None:
    """Gives a network without the scaling layer the weights that make it the same function.

    Args:
        model: The trained network.
        folded: The same one, built without scaling.
    """
    folded.set_weights(model.get_weights())  # the scaling layer has none, the rest is in order
    kernel = model.get_layer(STEM).get_weights()[0]
    gamma, beta, mean, variance = model.get_layer(STEM_NORM).get_weights()
    moved = mean + INPUT_MEAN / INPUT_DEVIATION * kernel.sum(axis=(0, 1, 2))
    folded.get_layer(STEM).set_weights([kernel / INPUT_DEVIATION])
    folded.get_layer(STEM_NORM).set_weights([gamma, beta, moved, variance])
