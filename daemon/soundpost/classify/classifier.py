"""The classifier: runs the model of a bundle on windows of log-mel or of samples."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.activation import scores_as_given, sigmoid, softmax
from soundpost.classify.bundle import Bundle
from soundpost.classify.network.streaming import StreamingNetwork
from soundpost.classify.network.whole_window import WholeWindowNetwork
from soundpost.classify.quantization import dequantize
from soundpost.errors import BundleError
from soundpost.events import AnyWindow, Scores, WaveformWindow, Window
from soundpost.manifest import Tensor

ACTIVATIONS = {"softmax": softmax, "sigmoid": sigmoid, "none": scores_as_given}

_EVERY_INT8 = np.arange(256, dtype=np.uint8).view(np.int8)
"""0 to 127, then -128 to -1: the value of each byte."""


class Classifier:
    """Computes the scores of windows with a bundle's model.

    A model whose manifest has `streaming` computes the frames that successive windows share only
    once. Its scores are those of the whole windows, to the bit, in whatever order these come.

    Args:
        bundle: The model and its manifest.
        threads: Threads for one inference.

    Raises:
        BundleError: The runtime is not installed, rejects the model, or reports tensors that
            differ from the manifest's in shape, dtype, scale or zero point.
    """

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        self._output = bundle.manifest.output
        self._network: WholeWindowNetwork | StreamingNetwork
        if bundle.manifest.streaming is None:
            self._network = WholeWindowNetwork(bundle, threads)
        else:
            self._network = StreamingNetwork(bundle, threads)
        self._activate = ACTIVATIONS[self._output.activation]
        # Scores that the model gives itself are no logits, which a temperature would divide.
        self._temperature = 1.0 if self._output.activation == "none" else self._output.temperature
        self._score_of_byte: NDArray[np.float32] | None = None
        if self._output.activation == "sigmoid" and self._output.tensor.dtype == "int8":
            self._score_of_byte = self._activated(_EVERY_INT8)

    def classify(self, window: AnyWindow) -> Scores:
        """Computes the scores of a window."""
        return Scores(window, self._rows(self._stored([window]))[0])

    def classify_all(self, windows: Sequence[AnyWindow]) -> list[Scores]:
        """Computes the scores of windows; many successive ones at once take less time."""
        if not windows:
            return []
        rows = self._rows(self._stored(windows))
        return [Scores(window, values) for window, values in zip(windows, rows, strict=True)]

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
        if isinstance(self._network, StreamingNetwork):
            return self._rows(self._network.logits_alone(content))[0]
        return self._rows(self._network.logits([content]))[0]

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
        if embedding is None or isinstance(self._network, StreamingNetwork):
            raise BundleError(
                "the bundle names no embedding", hint="import a model that has such an output"
            )
        stored = self._network.embedding(content, embedding.position, embedding.tensor)
        return _real(stored, embedding.tensor)

    def _stored(self, windows: Sequence[AnyWindow]) -> NDArray[Any]:
        """Returns the logits of windows as the output's tensor stores them."""
        if isinstance(self._network, StreamingNetwork):
            return self._network.logits(
                [window for window in windows if isinstance(window, Window)]
            )
        contents = [
            window.samples if isinstance(window, WaveformWindow) else window.log_mel
            for window in windows
        ]
        return self._network.logits(contents)

    def _rows(self, stored: NDArray[Any]) -> list[NDArray[np.float32]]:
        """Returns the scores of rows of logits, each as float32[labels]."""
        if self._score_of_byte is not None:
            return list(self._score_of_byte.take(stored.view(np.uint8)))
        return [self._activated(row) for row in stored]

    def _activated(self, stored: NDArray[Any]) -> NDArray[np.float32]:
        """Returns the scores of logits as the output's tensor stores them."""
        logits = _real(stored, self._output.tensor).astype(np.float64) / self._temperature
        if not np.isfinite(logits).all():
            raise BundleError(
                "the model gives logits that are not finite",
                hint="use another bundle; this model overflows on this sound",
            )
        return self._activate(logits).astype(np.float32)


def _real(stored: NDArray[Any], tensor: Tensor) -> NDArray[np.float32]:
    """Returns the real values of a tensor."""
    if tensor.dtype == "int8":
        return dequantize(stored, tensor.scale, tensor.zero_point)
    values: NDArray[np.float32] = stored
    return values
