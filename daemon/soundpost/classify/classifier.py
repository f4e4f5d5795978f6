"""The classifier: runs the model of a bundle on windows of log-mel or of samples."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.activation import scores_as_given, sigmoid, softmax
from soundpost.classify.bundle import Bundle
from soundpost.classify.network.output import NetworkOutput
from soundpost.classify.network.streaming import StreamingNetwork
from soundpost.classify.network.whole_window import WholeWindowNetwork
from soundpost.classify.quantization import real_values
from soundpost.errors import BundleError
from soundpost.events import AnyWindow, Scores, WaveformWindow, Window

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
        embeds: True to give each window its embedding too, from the same inference. The scores are
            the same to the bit.

    Attributes:
        embedding_size: Values of an embedding; 0 for a model that has none.
        embedding_definition: The name of what they are: `means-maxima-peaks` (see
            `StateStatistics`), or `output` for an output of the model; None without any.

    Raises:
        BundleError: The runtime is not installed, rejects the model, or reports tensors that
            differ from the manifest's in shape, dtype, scale or zero point.
    """

    def __init__(self, bundle: Bundle, threads: int = 1, *, embeds: bool = False) -> None:
        self._output = bundle.manifest.output
        self._network: WholeWindowNetwork | StreamingNetwork
        if bundle.manifest.streaming is None:
            self._network = WholeWindowNetwork(bundle, threads)
        else:
            self._network = StreamingNetwork(bundle, threads)
        self._network.embeds = embeds
        self.embedding_size = self._network.embedding_size
        self.embedding_definition = self._network.embedding_definition
        self._activate = ACTIVATIONS[self._output.activation]
        # Scores that the model gives itself are no logits, which a temperature would divide.
        self._temperature = 1.0 if self._output.activation == "none" else self._output.temperature
        self._score_of_byte: NDArray[np.float32] | None = None
        if self._output.activation == "sigmoid" and self._output.tensor.dtype == "int8":
            self._score_of_byte = self._activated(_EVERY_INT8)

    @property
    def embeds(self) -> bool:
        """True if each window gets its embedding too; it may be set at any time."""
        return self._network.embeds

    @embeds.setter
    def embeds(self, embeds: bool) -> None:
        self._network.embeds = embeds

    def classify(self, window: AnyWindow) -> Scores:
        """Computes the scores of a window."""
        output = self._run([window])
        embedded = None if output.embeddings is None else output.embeddings[0]
        return Scores(window, self._rows(output.logits)[0], embedded=embedded)

    def classify_all(self, windows: Sequence[AnyWindow]) -> list[Scores]:
        """Computes the scores of windows; many successive ones at once take less time."""
        if not windows:
            return []
        output = self._run(windows)
        rows = self._rows(output.logits)
        if output.embeddings is None:
            return [Scores(window, values) for window, values in zip(windows, rows, strict=True)]
        return [
            Scores(window, values, embedded=embedded)
            for window, values, embedded in zip(windows, rows, output.embeddings, strict=True)
        ]

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
        return self._rows(self._run_alone(content).logits)[0]

    def embedding(self, content: NDArray[Any]) -> NDArray[np.float32]:
        """Computes the embedding of a window's content, whether `embeds` is given or not.

        Args:
            content: As for `scores`.

        Returns:
            float32[embedding_size]: the values of the embedding's tensor in their order; of a
            network that computes each frame once those of `StateStatistics`.

        Raises:
            ValueError: As for `scores`.
            BundleError: The model has no embedding, or fails.
        """
        before, self._network.embeds = self._network.embeds, True
        try:
            embeddings = self._run_alone(content).embeddings
        finally:
            self._network.embeds = before
        if embeddings is None:
            raise BundleError(
                "the bundle names no embedding", hint="import a model that has such an output"
            )
        return embeddings[0].values()

    def _run_alone(self, content: NDArray[Any]) -> NetworkOutput:
        """Runs the network on the content of a window of which no other one is known."""
        if isinstance(self._network, StreamingNetwork):
            return self._network.run_alone(content)
        return self._network.run([content])

    def _run(self, windows: Sequence[AnyWindow]) -> NetworkOutput:
        """Runs the network on windows."""
        if isinstance(self._network, StreamingNetwork):
            return self._network.run([window for window in windows if isinstance(window, Window)])
        contents = [
            window.samples if isinstance(window, WaveformWindow) else window.log_mel
            for window in windows
        ]
        return self._network.run(contents)

    def _rows(self, stored: NDArray[Any]) -> list[NDArray[np.float32]]:
        """Returns the scores of rows of logits, each as float32[labels]."""
        if self._score_of_byte is not None:
            if len(stored) == 1:  # as live sound has it; an array of its own, not a view
                return [self._score_of_byte.take(stored[0].view(np.uint8))]
            return list(self._score_of_byte.take(stored.view(np.uint8)))
        return [self._activated(row) for row in stored]

    def _activated(self, stored: NDArray[Any]) -> NDArray[np.float32]:
        """Returns the scores of logits as the output's tensor stores them."""
        logits = real_values(stored, self._output.tensor).astype(np.float64) / self._temperature
        if not np.isfinite(logits).all():
            raise BundleError(
                "the model gives logits that are not finite",
                hint="use another bundle; this model overflows on this sound",
            )
        return self._activate(logits).astype(np.float32)
