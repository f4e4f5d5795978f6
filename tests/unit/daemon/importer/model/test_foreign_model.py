"""A foreign model that runs in a sandbox: its scores, and what a run of it shows."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from foreign_bundle import BareModel, tiny_model
from foreign_files import SAMPLES, linear_model

from soundpost.errors import BundleImportError
from soundpost.importer import ImportOptions, Origin, OutputOptions, SoundOptions, Target
from soundpost.importer.examples import example_sounds
from soundpost.importer.metadata import TfliteMetadata
from soundpost.importer.model import open_foreign_model
from soundpost.importer.runtime import ModelFile

needs_onnx = pytest.mark.skipif(
    importlib.util.find_spec("onnxruntime") is None,
    reason="onnxruntime is an extra; a device has it only if its bundle is ONNX",
)


def onnx(content: bytes) -> ModelFile:
    """Returns an ONNX model."""
    return ModelFile(Path("model.onnx"), content, "onnx", TfliteMetadata())


def options(
    output: OutputOptions | None = None, window_seconds: float | None = None
) -> ImportOptions:
    """Returns the options of an import of a model at 16 kHz."""
    return ImportOptions(
        model=Path("model.onnx"),
        target=Target(Path("models/mine")),
        origin=Origin("CC0-1.0"),
        sound=SoundOptions(rate_hz=16_000, window_seconds=window_seconds),
        output=output or OutputOptions(),
    )


@pytest.mark.parametrize(
    "name", ["tiny-two-outputs", "tiny-variable", pytest.param("tiny-onnx", marks=needs_onnx)]
)
def test_scores_are_those_of_the_bare_runtime(name: str) -> None:
    """Of two outputs, of a TFLite model that takes any length, and of ONNX."""
    model = tiny_model(name)
    file = ModelFile(Path("model"), model.content, model.runtime, TfliteMetadata())
    embedding = None if model.embedding is None else str(model.embedding)
    stated = OutputOptions(str(model.position), embedding, model.activation)
    seconds = model.window_samples / 16_000
    bare = BareModel(model)
    with open_foreign_model(file, 3, options(stated, seconds)) as foreign:
        assert foreign.input.window_samples == model.window_samples
        assert foreign.output.position == model.position
        assert (foreign.output.embedding is None) == (model.embedding is None)
        for samples in example_sounds(model.window_samples, 16_000):
            assert np.abs(foreign.scores(samples) - bare.scores(samples)).max() < 1e-7


@needs_onnx
def test_outputs_of_any_size_have_the_one_that_a_run_shows() -> None:
    """The file leaves both sizes open."""
    content = linear_model({"scores": 3}, inputs={"waveform": ["batch", "samples"]})
    with open_foreign_model(onnx(content), 3, options(window_seconds=0.05)) as foreign:
        assert foreign.output.tensor.shape == [1, 3]
        assert foreign.input.tensor.shape == [1, SAMPLES]
        assert foreign.activation.activation == "none"


@needs_onnx
def test_a_wrong_window_of_a_model_of_any_length_is_an_error() -> None:
    """The runtime cannot multiply it."""
    content = linear_model({"scores": 3}, inputs={"waveform": ["batch", "samples"]})
    with (
        pytest.raises(BundleImportError, match="onnxruntime fails to run the model"),
        open_foreign_model(onnx(content), 3, options(window_seconds=0.1)),
    ):
        pass


def test_the_example_sounds_are_the_same_each_time() -> None:
    """Silence first; each within the range of int16, at any rate."""
    for rate_hz in (8_000, 16_000, 48_000, 256_000):
        sounds = example_sounds(rate_hz, rate_hz)
        assert sounds.shape == (6, rate_hz)
        assert not sounds[0].any()
        assert all(row.any() for row in sounds[1:])
        assert np.array_equal(sounds, example_sounds(rate_hz, rate_hz))
