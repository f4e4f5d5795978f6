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
from soundpost.classify.network.embeddings import OutputEmbedding
from soundpost.classify.network.output import NetworkOutput
from soundpost.classify.quantization import Quantizer, real_values
from soundpost.classify.runtime import ModelRuntime
from soundpost.errors import BundleError
from soundpost.manifest import LogMelInput, Tensor

DEFINITION = "output"
"""The name of an embedding that is an output of the model, in the description of a head."""

_FULL_SCALE_1 = np.float32(1.0 / FULL_SCALE)
"""Factor from int16 samples to those with full scale at 1.0; a power of two, so it is exact."""


class WholeWindowNetwork:
    """Runs the model of a bundle on windows of log-mel or of samples.

    Args:
        bundle: The model and its manifest.
        threads: Threads for one inference.

    Attributes:
        embeds: True to give the embedding of each window too, if the model has one.
        embedding_size: Values of an embedding; 0 for a model that has none.
        embedding_definition: The name of what they are; None for a model that has none.

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
        self._embedding = output.embedding
        self.embedding_size = 0
        self.embedding_definition: str | None = None
        if output.embedding:
            self._refuse_output("embedding", output.embedding.position, output.embedding.tensor)
            self.embedding_size = prod(output.embedding.tensor.shape)
            self.embedding_definition = DEFINITION
        self.embeds = False
        self._is_log_mel = isinstance(model_input, LogMelInput)
        self._content_shape: tuple[int, ...] = (model_input.window_samples,)
        if isinstance(model_input, LogMelInput):
            self._content_shape = (model_input.window_frames, model_input.features.mel_bands)

    def run(self, contents: Sequence[NDArray[Any]]) -> NetworkOutput:
        """Runs the model on windows, once on each.

        Args:
            contents: Of the windows; see `Classifier.scores`.

        Returns:
            The values of the output's tensor, as they are stored, and embeddings if these are
            requested.

        Raises:
            ValueError: A content has another shape or type, or holds NaN.
            BundleError: The model fails, or gives another shape.
        """
        output, embedding = self._output, self._embedding
        outputs = [(output.position, output.tensor)]
        if embedding is None or not self.embeds:
            return NetworkOutput(np.stack([self._invoke(each, outputs)[0] for each in contents]))
        outputs.append((embedding.position, embedding.tensor))
        rows = [self._invoke(each, outputs) for each in contents]
        return NetworkOutput(
            np.stack([logits for logits, _ in rows]),
            [OutputEmbedding(real_values(values, embedding.tensor)) for _, values in rows],
        )

    def _invoke(
        self, content: NDArray[Any], outputs: Sequence[tuple[int, Tensor]]
    ) -> list[NDArray[Any]]:
        """Returns the stored values of outputs, each in one dimension, of one inference.

        Args:
            content: Of a window.
            outputs: The position and the tensor of each.
        """
        results = self._runtime.run(self._encoded(content), [position for position, _ in outputs])
        for (_, tensor), result in zip(outputs, results, strict=True):
            if result.size != prod(tensor.shape):
                raise BundleError(
                    f"the model's output has shape {result.shape}, its manifest says "
                    f"{tuple(tensor.shape)}",
                    hint=HINT,
                )
        return [result.reshape(-1) for result in results]

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
