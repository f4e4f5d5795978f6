"""The classifier: runs the model of a bundle on windows of log-mel or of samples."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE
from soundpost.classify.activation import scores_as_given, sigmoid, softmax
from soundpost.classify.bundle import Bundle
from soundpost.classify.interpreter import Interpreter
from soundpost.classify.quantization import dequantize, quantize
from soundpost.classify.runtime import VARIABLE, ModelRuntime, TensorInfo
from soundpost.errors import BundleError
from soundpost.events import AnyWindow, Scores, WaveformWindow
from soundpost.manifest import LogMelInput, Tensor

ACTIVATIONS = {"softmax": softmax, "sigmoid": sigmoid, "none": scores_as_given}

_FULL_SCALE_1 = np.float32(1.0 / FULL_SCALE)
"""Factor from int16 samples to those with full scale at 1.0; a power of two, so it is exact."""


class Classifier:
    """Computes the scores of windows with a bundle's model.

    Args:
        bundle: The model and its manifest.
        threads: Threads for one inference.

    Raises:
        BundleError: The runtime is not installed, rejects the model, or reports tensors that
            differ from the manifest's in shape, dtype, scale or zero point.
    """

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        manifest = bundle.manifest
        model_input, self._output = manifest.input, manifest.output
        self._runtime = _open_runtime(bundle, threads)
        self._input = model_input.tensor
        _refuse_difference("input", self._input, self._runtime.input)
        self._refuse_output("output", self._output.position, self._output.tensor)
        if self._output.embedding:
            embedding = self._output.embedding
            self._refuse_output("embedding", embedding.position, embedding.tensor)
        self._is_log_mel = isinstance(model_input, LogMelInput)
        self._content_shape: tuple[int, ...] = (model_input.window_samples,)
        if isinstance(model_input, LogMelInput):
            self._content_shape = (model_input.window_frames, model_input.features.mel_bands)
        self._activate = ACTIVATIONS[self._output.activation]
        # Scores that the model gives itself are no logits, which a temperature would divide.
        self._temperature = 1.0 if self._output.activation == "none" else self._output.temperature

    def classify(self, window: AnyWindow) -> Scores:
        """Computes the scores of a window."""
        content = window.samples if isinstance(window, WaveformWindow) else window.log_mel
        return Scores(window=window, values=self.scores(content))

    def scores(self, content: NDArray[Any]) -> NDArray[np.float32]:
        """Computes the scores of a window's content.

        Args:
            content: For a model of log-mel float32[window_frames, mel_bands], finite; for a model
                of waveforms int16[window_samples].

        Returns:
            float32[labels] in [0, 1], in the manifest's order of labels.

        Raises:
            ValueError: `content` has another shape or type, or holds NaN.
            BundleError: The model fails, or gives values that are not finite or no scores.
        """
        values = self._run(content, self._output.position, self._output.tensor)
        logits = values.astype(np.float64) / self._temperature
        if not np.isfinite(logits).all():
            raise BundleError(
                "the model gives logits that are not finite",
                hint="use another bundle; this model overflows on this sound",
            )
        return self._activate(logits).astype(np.float32)

    def embedding(self, content: NDArray[Any]) -> NDArray[np.float32]:
        """Computes the embedding of a window's content.

        Args:
            content: As for `scores`.

        Returns:
            float32[n], the values of the embedding's tensor in their order.

        Raises:
            ValueError: As for `scores`.
            BundleError: The model has no embedding, or fails.
        """
        embedding = self._output.embedding
        if embedding is None:
            raise BundleError(
                "the bundle names no embedding", hint="import a model that has such an output"
            )
        return self._run(content, embedding.position, embedding.tensor)

    def _run(self, content: NDArray[Any], position: int, tensor: Tensor) -> NDArray[np.float32]:
        """Returns the real values of one output, in one dimension."""
        output = self._runtime.invoke(self._encoded(content), position)
        if output.size != prod(tensor.shape):
            raise BundleError(
                f"the model's output has shape {output.shape}, its manifest says "
                f"{tuple(tensor.shape)}",
                hint="model and manifest come from different exports; copy the whole bundle again",
            )
        if tensor.dtype == "int8":
            output = dequantize(output, tensor.scale, tensor.zero_point)
        values: NDArray[np.float32] = output.reshape(-1)
        return values

    def _encoded(self, content: NDArray[Any]) -> NDArray[Any]:
        """Returns the values of the model's input tensor."""
        if content.shape != self._content_shape:
            kind = "log-mel" if self._is_log_mel else "samples"
            raise ValueError(f"expected {kind} of shape {self._content_shape}, got {content.shape}")
        values = content if self._is_log_mel else _full_scale_1(content)
        values = values.reshape(self._input.shape)
        if self._input.dtype == "int8":
            return quantize(values, self._input.scale, self._input.zero_point)
        return values

    def _refuse_output(self, side: str, position: int, promised: Tensor) -> None:
        outputs = self._runtime.outputs
        if position >= len(outputs):
            raise BundleError(
                f"the model has {len(outputs)} outputs, its manifest says that the {side} is at "
                f"position {position}",
                hint="model and manifest come from different exports; copy the whole bundle again",
            )
        _refuse_difference(side, promised, outputs[position])


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


def _refuse_difference(side: str, promised: Tensor, reported: TensorInfo) -> None:
    """Raises if a tensor differs from the manifest; scales are compared as float32, as stored.

    A size that the model leaves open may be any.
    """
    shape = tuple(promised.shape)
    if len(shape) == len(reported.shape):
        shape = tuple(
            VARIABLE if known == VARIABLE else size
            for size, known in zip(shape, reported.shape, strict=True)
        )
    pairs: list[tuple[str, object, object]] = [
        ("shape", shape, reported.shape),
        ("dtype", promised.dtype, reported.dtype),
        ("scale", np.float32(promised.scale), np.float32(reported.scale)),
        ("zero point", promised.zero_point, reported.zero_point),
    ]
    for field, expected, got in pairs:
        if expected != got:
            raise BundleError(
                f"the model's {side} {field} is {got}, its manifest says {expected}",
                hint="model and manifest come from different exports; copy the whole bundle again",
            )
