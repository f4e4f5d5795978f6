"""The classifier: runs the model of a bundle on log-mel windows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.activation import sigmoid, softmax
from soundpost.classify.bundle import Bundle
from soundpost.classify.interpreter import Interpreter, TensorInfo
from soundpost.classify.quantization import dequantize, quantize
from soundpost.errors import BundleError
from soundpost.events import Scores, Window
from soundpost.manifest import Tensor

ACTIVATIONS = {"softmax": softmax, "sigmoid": sigmoid}


class Classifier:
    """Computes the scores of windows with a bundle's model.

    Args:
        bundle: The model and its manifest.
        threads: Threads for one inference.

    Raises:
        BundleError: The runtime rejects the model, or reports tensors that differ from
            the manifest's in shape, dtype, scale or zero point.
    """

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        manifest = bundle.manifest
        self._interpreter = Interpreter(bundle.model, threads)
        self._input = manifest.input.tensor
        self._output = manifest.output.tensor
        _refuse_difference("input", self._input, self._interpreter.input)
        _refuse_difference("output", self._output, self._interpreter.output)
        self._window_shape = (manifest.input.window_frames, manifest.input.features.mel_bands)
        self._activate = ACTIVATIONS[manifest.output.activation]
        self._temperature = manifest.output.temperature

    def classify(self, window: Window) -> Scores:
        """Computes the scores of a window."""
        return Scores(window=window, values=self.scores(window.log_mel))

    def scores(self, log_mel: NDArray[np.float32]) -> NDArray[np.float32]:
        """Computes the scores of a log-mel spectrogram.

        Args:
            log_mel: float32[window_frames, mel_bands], finite.

        Returns:
            float32[labels] in [0, 1], in the manifest's order of labels.

        Raises:
            ValueError: `log_mel` has another shape or holds NaN.
            BundleError: The model fails, or gives logits that are not finite.
        """
        if log_mel.shape != self._window_shape:
            raise ValueError(f"expected log-mel of shape {self._window_shape}, got {log_mel.shape}")
        values: NDArray[Any] = log_mel.reshape(self._interpreter.input.shape)
        if self._input.dtype == "int8":
            values = quantize(values, self._input.scale, self._input.zero_point)
        output = self._interpreter.invoke(values)[0]
        if self._output.dtype == "int8":
            output = dequantize(output, self._output.scale, self._output.zero_point)
        logits = output.astype(np.float64) / self._temperature
        if not np.isfinite(logits).all():
            raise BundleError(
                "the model gives logits that are not finite",
                hint="use another bundle; this model overflows on this sound",
            )
        return self._activate(logits).astype(np.float32)


def _refuse_difference(side: str, promised: Tensor, reported: TensorInfo) -> None:
    """Raises if a tensor differs from the manifest; scales are compared as float32, as stored."""
    pairs: list[tuple[str, object, object]] = [
        ("shape", tuple(promised.shape), reported.shape),
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
