"""A foreign model, ready to score sound: its input, its output and its activation are known."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm
from soundpost.classify.activation import scores_as_given, sigmoid, softmax
from soundpost.errors import BundleImportError
from soundpost.features import LogMel
from soundpost.importer.examples import example_sounds
from soundpost.importer.model.activation import FoundActivation, find_activation
from soundpost.importer.model.input import model_input
from soundpost.importer.model.outputs import choose_outputs, with_shapes
from soundpost.importer.model.tensor import encoded, manifest_tensor, real_values
from soundpost.importer.options import ImportOptions
from soundpost.importer.runtime import ModelFile, Sandbox
from soundpost.manifest import Embedding, LogMelInput, ModelInput, Output

ACTIVATIONS = {"softmax": softmax, "sigmoid": sigmoid, "none": scores_as_given}


@dataclass(frozen=True, slots=True)
class ForeignModel:
    """A foreign model that runs in a sandbox.

    Attributes:
        sandbox: The process that runs it.
        input: The manifest's record of its input.
        output: That of its output, and of its embedding.
        activation: Its activation, and the reason for it.
        content: Makes the content of its input, float32, of the samples of a window.
    """

    sandbox: Sandbox
    input: ModelInput
    output: Output
    activation: FoundActivation
    content: Callable[[Pcm], NDArray[np.float32]]

    def scores(self, samples: Pcm) -> NDArray[np.float64]:
        """Returns the scores of a window.

        Args:
            samples: int16[window_samples].

        Returns:
            float64[labels] in [0, 1].

        Raises:
            BundleImportError: The model fails, or gives values that are not finite or no scores.
        """
        values = encoded(self.content(samples), self.input.tensor)
        (output,) = self.sandbox.run(values, [self.output.position])
        logits = real_values(output, self.output.tensor)
        if not np.isfinite(logits).all():
            raise BundleImportError(
                "expected finite outputs, got some for noise that are not",
                hint="the model is damaged; it must not be used",
            )
        return ACTIVATIONS[self.output.activation](logits)


@contextmanager
def open_foreign_model(
    file: ModelFile, labels: int, options: ImportOptions
) -> Iterator[ForeignModel]:
    """Loads a model in a sandbox, and finds its input, its outputs and its activation.

    Args:
        file: The model.
        labels: The number of labels.
        options: What the user states.

    Raises:
        BundleImportError: The runtime refuses it, or the bundle cannot use it.
    """
    with Sandbox(file) as sandbox:
        known_input = model_input(sandbox.input, file.metadata.sample_rate_hz, options.sound)
        is_whole = tuple(known_input.tensor.shape) == sandbox.input.shape
        if is_whole or file.runtime == "onnx":  # onnxruntime takes each shape as it comes
            yield _probed(sandbox, known_input, labels, options)
            return
    with Sandbox(file, known_input.tensor.shape) as sandbox:
        yield _probed(sandbox, known_input, labels, options)


def _probed(
    sandbox: Sandbox, known_input: ModelInput, labels: int, options: ImportOptions
) -> ForeignModel:
    """Runs the model on the example sounds, and returns it with what they show."""
    examples = example_sounds(known_input.window_samples, known_input.sample_rate_hz)
    content = _content(known_input)
    rows = [encoded(content(row), known_input.tensor) for row in examples]
    everything = sandbox.run(rows[0], range(len(sandbox.outputs)))
    outputs = with_shapes(sandbox.outputs, [array.shape for array in everything])
    chosen = choose_outputs(outputs, labels, options.output)
    tensor = manifest_tensor(outputs[chosen.scores], outputs[chosen.scores].shape, "output")
    embedding = None
    if chosen.embedding is not None:
        kept = outputs[chosen.embedding]
        embedding = Embedding(
            position=chosen.embedding, tensor=manifest_tensor(kept, kept.shape, "embedding")
        )
    values = [real_values(sandbox.run(row, [chosen.scores])[0], tensor) for row in rows]
    activation = find_activation(np.stack(values), options.output.activation)
    output = Output(
        tensor=tensor,
        activation=activation.activation,
        temperature=1.0,
        position=chosen.scores,
        embedding=embedding,
    )
    return ForeignModel(sandbox, known_input, output, activation, content)


def _content(known_input: ModelInput) -> Callable[[Pcm], NDArray[np.float32]]:
    """Returns the function that makes the model's input of samples, float32."""
    if isinstance(known_input, LogMelInput):
        return LogMel(known_input.features).compute
    return lambda samples: samples.astype(np.float32) / np.float32(FULL_SCALE)
