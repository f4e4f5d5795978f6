"""Weights of YAMNet (Google, Apache-2.0), from the TFLite file in which they are published.

YAMNet takes the same features as `soundpost.features`, and was trained on AudioSet
(Gemmeke et al., ICASSP 2017; Hershey et al., ICASSP 2017).
"""

from pathlib import Path

from soundpost_training.errors import TrainingError
from soundpost_training.network.arch.yamnet import CHANNELS, LAYERS
from soundpost_training.network.pretrained.tflite_constants import Real, tflite_constants

Weights = dict[str, list[Real]]
"""Kernel and bias by the name of a layer, in the order of axes that Keras has."""


def yamnet_weights(path: Path) -> Weights:
    """Returns the kernels and biases of YAMNet's convolutions.

    Their names are as in `layer3_pointwise_conv`.

    Args:
        path: YAMNet as a TFLite file with float arithmetic (the weights may be int8).

    Raises:
        TrainingError: The file is missing or is not YAMNet.
    """
    constants: dict[str, Real] = {}
    for constant in tflite_constants(path):
        key = _key(constant.name, constant.values.shape)
        if key:
            constants.setdefault(key, constant.values)
    kernels = ["layer1/conv"] + [
        f"layer{number}/{kind}_conv"
        for number in range(2, LAYERS + 1)
        for kind in ("depthwise", "pointwise")
    ]
    missing = {name for key in kernels for name in (key, f"{key}/bias")} - constants.keys()
    if missing:
        raise TrainingError(
            f"{path} is not YAMNet: it has no {min(missing)}",
            hint="name yamnet_weights.tflite, a YAMNet with float arithmetic",
        )
    return {
        key.replace("/", "_"): [_keras_order(constants[key]), constants[f"{key}/bias"]]
        for key in kernels
    }


def _keras_order(kernel: Real) -> Real:
    """Transposes [out, height, width, in] to [height, width, in, out]; depthwise has out = 1."""
    return kernel.transpose(1, 2, 3, 0)


def _key(name: str, shape: tuple[int, ...]) -> str | None:
    """Returns `layer<n>/<kind>` of a kernel, with `/bias` of a bias, None of another tensor.

    The name of a fused tensor begins with that of the layer it belongs to.
    """
    parts = name.partition(";")[0].removeprefix("yamnet_frames/").split("/")
    if len(parts) < 3 or not parts[0].startswith("layer"):  # noqa: PLR2004 - layer/kind/rest
        return None
    layer = "/".join(parts[:2])
    if len(shape) == 1:
        return f"{layer}/bias"
    is_kernel = shape[1:3] in {(3, 3), (1, 1)} and not name.endswith("Relu")
    return layer if is_kernel and shape[0] in {1, *CHANNELS} else None
