"""Runs a model on each window as a whole."""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE
from soundpost.classify.bundle import Bundle
from soundpost.classify.interpreter import Interpreter
from soundpost.classify.network.difference import HINT, refuse_difference
from soundpost.classify.quantization import Quantizer
from soundpost.classify.runtime import ModelRuntime
from soundpost.errors import BundleError
from soundpost.manifest import LogMelInput, Tensor

_FULL_SCALE_1 = np.float32(1.0 / FULL_SCALE)
"""Factor from int16 samples to those with full scale at 1.0; a power of two, so it is exact."""


class WholeWindowNetwork:
    """Runs the model of a bundle on windows of log-mel or of samples.

    Args:
        bundle: The model and its manifest.
        threads: Threads for one inference.

    Raises:
        BundleError: The runtime is not installed, rejects the model, or reports tensors that
            differ from the manifest's in shape, dtype, scale or zero point.
    """

    def __init__(self, bundle: Bundle, threads: int) -> None:
        model_input, output = bundle.manifest.input, bundle.manifest.output
        self._runtime = _open_runtime(bundle, threads)
        self._input = model_input.tensor
        refuse_difference("input", self._input, self._runtime.input)
        self._output = output
        self._quantizer = Quantizer(self._input.scale or 1.0, self._input.zero_point)
        self._refuse_output("output", output.position, output.tensor)
        if output.embedding:
            self._refuse_output("embedding", output.embedding.position, output.embedding.tensor)
        self._is_log_mel = isinstance(model_input, LogMelInput)
        self._content_shape: tuple[int, ...] = (model_input.window_samples,)
        if isinstance(model_input, LogMelInput):
            self._content_shape = (model_input.window_frames, model_input.features.mel_bands)

    def logits(self, contents: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Runs the model on windows.

        Args:
            contents: Of the windows; see `Classifier.scores`.

        Returns:
            The values of the output's tensor, as they are stored: dtype[n, labels].

        Raises:
            ValueError: A content has another shape or type, or holds NaN.
            BundleError: The model fails, or gives another shape.
        """
        output = self._output
        return np.stack([self._run(each, output.position, output.tensor) for each in contents])

    def embedding(self, content: NDArray[Any], position: int, tensor: Tensor) -> NDArray[Any]:
        """Returns the values of the embedding's tensor, as they are stored: dtype[n]."""
        return self._run(content, position, tensor)

    def _run(self, content: NDArray[Any], position: int, tensor: Tensor) -> NDArray[Any]:
        """Returns the stored values of one output, in one dimension."""
        output = self._runtime.invoke(self._encoded(content), position)
        if output.size != prod(tensor.shape):
            raise BundleError(
                f"the model's output has shape {output.shape}, its manifest says "
                f"{tuple(tensor.shape)}",
                hint=HINT,
            )
        return output.reshape(-1)

    def _encoded(self, content: NDArray[Any]) -> NDArray[Any]:
        """Returns the values of the model's input tensor."""
        if content.shape != self._content_shape:
            kind = "log-mel" if self._is_log_mel else "samples"
            raise ValueError(f"expected {kind} of shape {self._content_shape}, got {content.shape}")
        values = content if self._is_log_mel else _full_scale_1(content)
        values = values.reshape(self._input.shape)
        if self._input.dtype == "int8":
            return self._quantizer.quantize(values)
        return values

    def _refuse_output(self, side: str, position: int, promised: Tensor) -> None:
        outputs = self._runtime.outputs
        if position >= len(outputs):
            raise BundleError(
                f"the model has {len(outputs)} outputs, its manifest says that the {side} is at "
                f"position {position}",
                hint=HINT,
            )
        refuse_difference(side, promised, outputs[position])


def _full_scale_1(samples: NDArray[Any]) -> NDArray[np.float32]:
    if samples.dtype != np.int16:
        raise ValueError(f"expected samples of int16, got {samples.dtype}")
    values: NDArray[np.float32] = np.multiply(samples, _FULL_SCALE_1, dtype=np.float32)
    return values


def _open_runtime(bundle: Bundle, threads: int) -> ModelRuntime:
    manifest = bundle.manifest
    if manifest.runtime == "tflite":
        return Interpreter(bundle.model, threads, manifest.input.tensor.shape)
    # Only for such a bundle: the module is of use with an extra alone.
    from soundpost.classify.onnx_interpreter import OnnxInterpreter  # noqa: PLC0415 - see above

    return OnnxInterpreter(bundle.model, threads)
