"""The classifier on waveforms: TFLite with two outputs, ONNX, scores as the model gives them."""

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tiny_onnx import Node, onnx_file

from soundpost.audio import Pcm
from soundpost.classify import Bundle, Classifier, load_bundle
from soundpost.classify.interpreter import Interpreter
from soundpost.errors import BundleError
from soundpost.events import WaveformWindow
from soundpost.manifest import Embedding, Manifest, Output, Tensor

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
SAMPLES = {"tiny-two-outputs": 1_600, "tiny-variable": 1_600, "tiny-onnx": 800}
BUNDLES = {name: load_bundle(GOLDEN / name) for name in SAMPLES}
needs_onnx = pytest.mark.skipif(
    importlib.util.find_spec("onnxruntime") is None,
    reason="onnxruntime is an extra; a device has it only if its bundle is ONNX",
)
WITH_EMBEDDING = ["tiny-two-outputs", pytest.param("tiny-onnx", marks=needs_onnx)]
NAMES = [*WITH_EMBEDDING, "tiny-variable"]
FULL_SCALE_1 = np.float32(1 / 32_768)


def noise(name: str, seed: int = 0) -> Pcm:
    """Returns the samples of a window."""
    return np.random.default_rng(seed).integers(-9_000, 9_000, SAMPLES[name]).astype(np.int16)


def with_output(name: str, change: Callable[[Output], Output]) -> Bundle:
    """Returns the same model with another output in its manifest."""
    bundle = BUNDLES[name]
    manifest: Manifest = msgspec.structs.replace(
        bundle.manifest, output=change(bundle.manifest.output)
    )
    return replace(bundle, manifest=manifest)


def with_model(nodes: list[Node]) -> Bundle:
    """Returns the tiny ONNX bundle with another model, of float32[batch, 3] named `scores`."""
    column = np.zeros((SAMPLES["tiny-onnx"], 3), np.float32)
    column[0] = 1.0
    content = onnx_file(
        nodes,
        {"column": column},
        inputs={"waveform": ["batch", SAMPLES["tiny-onnx"]]},
        outputs={"scores": ["batch", "labels"]},
    )

    def only_scores(output: Output) -> Output:
        return msgspec.structs.replace(output, position=0, embedding=None)

    return replace(with_output("tiny-onnx", only_scores), model=content)


FIRST_SAMPLE = [Node("MatMul", ["waveform", "column"], ["scores"])]
"""A model whose scores are the first sample, with full scale at 1.0."""


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_any_samples_give_scores_between_0_and_1(name: str, data: st.DataObject) -> None:
    """Full scale and digital silence as well."""
    scores = Classifier(BUNDLES[name]).scores(data.draw(arrays(np.int16, SAMPLES[name])))
    assert scores.dtype == np.float32
    assert scores.shape == (3,)
    assert ((scores >= 0.0) & (scores <= 1.0)).all()


@needs_onnx
@given(st.integers(0, 32_767))
def test_full_scale_is_1(sample: int) -> None:
    """A sample of int16 becomes float32 by 1/32768, exactly."""
    samples = np.zeros(SAMPLES["tiny-onnx"], np.int16)
    samples[0] = sample
    scores = Classifier(with_model(FIRST_SAMPLE)).scores(samples)
    assert (scores == np.float32(sample / 32_768)).all()


@needs_onnx
def test_scores_of_a_model_with_its_own_activation_are_not_changed() -> None:
    """Neither an activation nor the temperature is applied to them."""
    bundle = with_output("tiny-onnx", lambda output: msgspec.structs.replace(output, temperature=9))
    plain, hot = Classifier(BUNDLES["tiny-onnx"]), Classifier(bundle)
    samples = noise("tiny-onnx")
    assert np.array_equal(plain.scores(samples), hot.scores(samples))


@needs_onnx
@pytest.mark.parametrize(
    ("node", "message"),
    [
        (Node("Neg", ["product"], ["scores"]), "expected scores from 0 to 1, got -0.5 to -0.5"),
        (Node("Log", ["zero"], ["scores"]), "not finite"),
    ],
)
def test_values_that_are_no_scores_are_refused(node: Node, message: str) -> None:
    """They mean that the model gives logits, or overflows."""
    nodes = [
        Node("MatMul", ["waveform", "column"], ["product"]),
        Node("Sub", ["product", "product"], ["zero"]),
        node,
    ]
    samples = np.full(SAMPLES["tiny-onnx"], 16_384, np.int16)
    with pytest.raises(BundleError, match=message):
        Classifier(with_model(nodes)).scores(samples)


@needs_onnx
def test_samples_that_are_scaled_already_are_refused() -> None:
    """Scaled twice, every sound would be silence to the model."""
    with pytest.raises(ValueError, match="expected samples of int16, got float32"):
        Classifier(BUNDLES["tiny-onnx"]).scores(np.zeros(SAMPLES["tiny-onnx"], np.float32))


@pytest.mark.parametrize("name", NAMES)
def test_samples_of_another_length_are_refused(name: str) -> None:
    """A window of another model never reaches this one."""
    with pytest.raises(ValueError, match=r"expected samples of shape \(\d+,\), got"):
        Classifier(BUNDLES[name]).scores(np.zeros(SAMPLES[name] + 1, np.int16))


@needs_onnx
def test_scores_carry_their_window() -> None:
    """The window goes on to the decision with its scores."""
    samples = noise("tiny-onnx")
    window = WaveformWindow(800, 1_600, samples, -20.0, 50_000_000)
    classifier = Classifier(BUNDLES["tiny-onnx"])
    scores = classifier.classify(window)
    assert scores.window is window
    assert np.array_equal(scores.values, classifier.scores(samples))


def test_the_embedding_is_the_other_output() -> None:
    """It is that of the bare model."""
    bundle = BUNDLES["tiny-two-outputs"]
    samples = noise("tiny-two-outputs")
    embedding = Classifier(bundle).embedding(samples)
    values = (samples * FULL_SCALE_1).reshape(1, -1, 1)
    assert embedding.shape == (4,)
    assert np.array_equal(embedding, Interpreter(bundle.model).invoke(values, 0)[0])


@needs_onnx
def test_a_bundle_without_an_embedding_has_none_to_read() -> None:
    """The error says so, instead of the scores of another output."""
    bundle = with_output(
        "tiny-onnx", lambda output: msgspec.structs.replace(output, embedding=None)
    )
    with pytest.raises(BundleError, match="names no embedding"):
        Classifier(bundle).embedding(noise("tiny-onnx"))


def _embedding_at(position: int, width: int) -> Embedding:
    tensor = Tensor(shape=[1, width], dtype="float32", scale=0.0, zero_point=0)
    return Embedding(position=position, tensor=tensor)


@pytest.mark.parametrize("name", WITH_EMBEDDING)
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"position": 0}, r"output shape is \((1|-1), 4\), its manifest says"),
        ({"position": 2}, "has 2 outputs, its manifest says that the output is at position 2"),
        ({"embedding": _embedding_at(1, 4)}, "embedding shape is"),
        ({"embedding": _embedding_at(0, 5)}, "embedding shape is"),
        ({"embedding": _embedding_at(7, 4)}, "that the embedding is at position 7"),
    ],
)
def test_an_output_other_than_the_manifests_is_refused(
    name: str, changed: dict[str, object], message: str
) -> None:
    """Position, shape and type are compared before the first window, for both runtimes."""
    bundle = with_output(name, lambda output: msgspec.structs.replace(output, **changed))
    with pytest.raises(BundleError, match=message):
        Classifier(bundle)


@needs_onnx
def test_a_size_that_the_file_leaves_open_is_compared_with_the_first_result() -> None:
    """Three labels in the manifest do not fit a score for each sample."""
    open_sizes = ["batch", "samples"]
    content = onnx_file(
        [Node("Abs", ["waveform"], ["scores"])],
        {},
        inputs={"waveform": open_sizes},
        outputs={"scores": open_sizes},
    )
    classifier = Classifier(replace(with_model(FIRST_SAMPLE), model=content))
    with pytest.raises(BundleError, match=r"has shape \(1, 800\), its manifest says \(1, 3\)"):
        classifier.scores(noise("tiny-onnx"))
