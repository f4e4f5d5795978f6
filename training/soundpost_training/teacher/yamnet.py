"""YAMNet's first layers as a frozen ear: what they answer, pooled, is what teachers learn from.

YAMNet hears through the very features of `soundpost.features`, and was trained on AudioSet
(Hershey et al., ICASSP 2017; Howard et al., "MobileNets", 2017). It teaches; none of its weights
goes into a bundle.
"""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from keras import layers
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError

LAYERS = 14
STRIDES = (2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
"""Of each layer in time and frequency; the first is a plain convolution, the rest separable."""

POOLED_OFFSET = 0.01
"""Added before the logarithm of a pooled activation, which is never below zero."""

Weights = NDArray[np.float32]


def build_ear(path: Path, taps: Sequence[int], frames: int, bands: int) -> keras.Model:
    """A network from log-mel float32[n, frames, bands, 1] to features float32[n, features].

    For each tapped layer the mean and the maximum over time and frequency, as logarithms.

    Args:
        path: YAMNet as a TFLite file with float arithmetic (weights may be int8).
        taps: Layers to listen at, ascending, 1 to 14.
        frames: Frames of a window.
        bands: Mel bands.

    Raises:
        TrainingError: The file is absent or is not YAMNet.
    """
    constants = _constants(path)
    inputs = hidden = keras.Input((frames, bands, 1))
    pooled = []
    placed: list[tuple[layers.Layer, list[Weights]]] = []
    for number in range(1, max(taps) + 1):
        for layer, weights in _layers(constants, number):
            hidden = layers.ReLU()(layer(hidden))
            placed.append((layer, weights))
        if number in taps:
            pooled += [layers.GlobalAveragePooling2D()(hidden), layers.GlobalMaxPooling2D()(hidden)]
    features = keras.ops.log(layers.Concatenate()(pooled) + POOLED_OFFSET)
    for layer, weights in placed:
        layer.set_weights(weights)
    return keras.Model(inputs, features)


def _layers(constants: dict[str, Weights], number: int) -> list[tuple[layers.Layer, list[Weights]]]:
    """The convolutions of one layer, each with its weights in Keras' order of axes."""
    name, stride = f"layer{number}", STRIDES[number - 1]
    if number == 1:
        kernel, bias = constants[f"{name}/conv"], constants[f"{name}/conv/bias"]
        plain = layers.Conv2D(len(bias), 3, strides=stride, padding="same")
        return [(plain, [kernel.transpose(1, 2, 3, 0), bias])]
    depthwise = layers.DepthwiseConv2D(3, strides=stride, padding="same")
    deep = constants[f"{name}/depthwise_conv"].transpose(1, 2, 3, 0)
    bias = constants[f"{name}/pointwise_conv/bias"]
    pointwise = layers.Conv2D(len(bias), 1)
    kernel = constants[f"{name}/pointwise_conv"].transpose(1, 2, 3, 0)
    return [
        (depthwise, [deep, constants[f"{name}/depthwise_conv/bias"]]),
        (pointwise, [kernel, bias]),
    ]


def _constants(path: Path) -> dict[str, Weights]:
    """The dequantised kernels and biases, as `layer3/pointwise_conv` and `…/bias`."""
    try:
        interpreter = Interpreter(model_path=str(path), num_threads=1)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise TrainingError(
            f"{path} cannot be read as TFLite: {str(error).partition(chr(10))[0]}",
            hint="the teacher is yamnet_weights.tflite, a float YAMNet",
        ) from error
    found: dict[str, Weights] = {}
    for detail in interpreter.get_tensor_details():
        key = _key(str(detail["name"]), tuple(detail["shape"]))
        # The first of a name is the constant; its copy, dequantised at run time, comes later.
        if key and key not in found:
            found[key] = _real(interpreter.get_tensor(detail["index"]), detail)
    wanted = {key for number in range(2, LAYERS + 1) for key in _keys(number)}
    if not wanted <= found.keys():
        raise TrainingError(
            f"{path} is not YAMNet: it has no {min(wanted - found.keys())}",
            hint="the teacher is yamnet_weights.tflite, a float YAMNet",
        )
    return found


def _keys(number: int) -> list[str]:
    kinds = [f"layer{number}/depthwise_conv", f"layer{number}/pointwise_conv"]
    return [*kinds, *(f"{kind}/bias" for kind in kinds)]


def _key(name: str, shape: tuple[int, ...]) -> str | None:
    """What a tensor is: a fused name begins with the part that it belongs to."""
    parts = name.partition(";")[0].removeprefix("yamnet_frames/").split("/")
    if len(parts) < 3 or not parts[0].startswith("layer"):  # noqa: PLR2004 - layer/kind/rest
        return None
    place = "/".join(parts[:2])
    if len(shape) == 1:
        return f"{place}/bias"
    is_kernel = shape[1:3] in ((3, 3), (1, 1)) and not name.endswith("Relu")
    return place if is_kernel and shape[0] in (1, *_OUTPUTS) else None


_OUTPUTS = (32, 64, 128, 256, 512, 1024)


def _real(values: NDArray[np.generic], detail: dict[str, object]) -> Weights:
    parameters = detail["quantization_parameters"]
    scales = parameters["scales"]  # type: ignore[index]  # the runtime publishes no types
    if not len(scales):
        return values.astype(np.float32)
    axis = parameters["quantized_dimension"]  # type: ignore[index]  # the same
    shape = [1] * values.ndim
    shape[axis] = len(scales)
    # TFLite's int8 weights are symmetric: their zero point is 0.
    real: Weights = (values.astype(np.float32) * scales.reshape(shape)).astype(np.float32)
    return real
