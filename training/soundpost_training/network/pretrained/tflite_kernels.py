"""Layers for the operators of TFLite that convolve and pool, and their kernels."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import layers
from numpy.typing import NDArray

Kernel = NDArray[Any]
Options = Mapping[str, int]

PADDINGS = ("same", "valid")
"""By their number in the schema."""


def convolution_layer(options: Options, kernel: Kernel, name: str) -> tuple[keras.Layer, Kernel]:
    """Returns a convolution and its kernel [height, width, in, out], from [out, h, w, in]."""
    ordered = kernel.transpose(1, 2, 3, 0)
    height, width, _, channels = ordered.shape
    layer = layers.Conv2D(channels, (height, width), name=name, **_shared(options))
    return layer, ordered


def depthwise_layer(
    options: Options, kernel: Kernel, inputs: int, name: str
) -> tuple[keras.Layer, Kernel]:
    """Returns a depthwise convolution and its kernel [h, w, in, 1], from [1, h, w, out]."""
    _, height, width, channels = kernel.shape
    layer = layers.DepthwiseConv2D(
        (height, width), depth_multiplier=channels // inputs, name=name, **_shared(options)
    )
    return layer, kernel[0].reshape(height, width, inputs, -1)


def pooling_layer(operator: str, options: Options, name: str) -> keras.Layer:
    """Returns a pooling over small neighbourhoods; `operator` names the maximum or the mean."""
    kind = layers.MaxPooling2D if operator == "MAX_POOL_2D" else layers.AveragePooling2D
    return kind(
        (options["pool_h"], options["pool_w"]),
        strides=(options["stride_h"], options["stride_w"]),
        padding=PADDINGS[options["padding"]],
        name=name,
    )


def _shared(options: Options) -> dict[str, Any]:
    """Returns the settings that both kinds of convolution have."""
    return {
        "strides": (options["stride_h"], options["stride_w"]),
        "dilation_rate": (options["dilation_h"], options["dilation_w"]),
        "padding": PADDINGS[options["padding"]],
    }
