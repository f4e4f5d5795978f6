"""The import of a model as a whole: what becomes a bundle, and what is refused."""

import dataclasses
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from foreign_files import SAMPLES, linear_model

from soundpost.classify import Classifier, load_bundle, replay_golden
from soundpost.errors import BundleImportError
from soundpost.importer import (
    ImportOptions,
    LabelOptions,
    Origin,
    OutputOptions,
    RangeOptions,
    SoundOptions,
    Target,
)
from soundpost.importer.import_model import import_model
from soundpost.manifest import LogMelInput

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
TINY = GOLDEN / "tiny-float" / "model.tflite"
RANGE = GOLDEN / "range"
LABELS = "Turdus merula_Blackbird\nStrix aluco_Tawny Owl\nPica pica_Сорока\n"

needs_onnx = pytest.mark.skipif(
    importlib.util.find_spec("onnxruntime") is None,
    reason="onnxruntime is an extra; a device has it only if its bundle is ONNX",
)


def quiet(_done: int, _total: int, _noise: str) -> None:
    """Shows no progress."""


def options_of(folder: Path, content: bytes, labels: str | bytes = LABELS) -> ImportOptions:
    """Returns the options of an import of a model and its labels, which are written to a folder."""
    model, label_file = folder / "birds.onnx", folder / "labels.txt"
    model.write_bytes(content)
    label_file.write_bytes(labels.encode() if isinstance(labels, str) else labels)
    return ImportOptions(
        model=model,
        target=Target(folder / "models" / "birds"),
        origin=Origin("CC BY 4.0", attribution="A. Author", command="soundpost bundle import x"),
        sound=SoundOptions(rate_hz=16_000),
        labels=LabelOptions(label_file, language="en", noise_seconds=0.5),
    )


@needs_onnx
def test_an_onnx_model_becomes_a_bundle_that_the_daemon_runs(tmp_path: Path) -> None:
    """Names, licence, outputs and golden vectors are in it."""
    options = options_of(tmp_path, linear_model({"embedding": 5, "scores": 3}))
    report = import_model(options, quiet)
    bundle = load_bundle(tmp_path / "models" / "birds")
    manifest = bundle.manifest
    assert manifest == report.manifest
    assert (manifest.id, manifest.runtime, manifest.language) == ("birds", "onnx", "en")
    assert manifest.label_names == ["blackbird", "tawny_owl", "pica_pica"]
    assert manifest.labels[2].common_name == "Сорока"
    assert manifest.labels[1].scientific_name == "Strix aluco"
    assert (manifest.training.licence, manifest.training.attribution) == ("CC BY 4.0", "A. Author")
    assert (manifest.output.position, manifest.output.activation) == (1, "none")
    assert manifest.output.embedding is not None
    assert manifest.output.embedding.tensor.shape == [1, 5]
    assert (manifest.input.window_samples, manifest.input.stride_samples) == (SAMPLES, 400)
    assert replay_golden(bundle, Classifier(bundle)).score_difference < 1e-6
    card = (bundle.folder / "MODEL_CARD.md").read_text()
    assert "- Licence: CC BY 4.0" in card
    assert "| white noise at -34 dBFS | 10 |" in card
    assert sorted(path.name for path in bundle.folder.parent.iterdir()) == ["birds"]


def test_a_model_of_log_mel_becomes_a_bundle(tmp_path: Path) -> None:
    """Its front end is the default one, unless another is stated."""
    options = options_of(tmp_path, TINY.read_bytes(), "Hiss\nHum\nHush\n")
    options = dataclasses.replace(
        options,
        sound=SoundOptions(stride_seconds=0.1),
        output=OutputOptions(activation="softmax"),
        labels=dataclasses.replace(options.labels, threshold=0.9),
    )
    report = import_model(options, quiet)
    bundle = load_bundle(report.folder)
    assert isinstance(bundle.manifest.input, LogMelInput)
    assert bundle.manifest.input.stride_samples == 1_600
    report_of_golden = replay_golden(bundle, Classifier(bundle))
    assert (report_of_golden.log_mel_difference, report_of_golden.score_difference) == (0.0, 0.0)
    with np.load(bundle.folder / "golden.npz") as golden:
        assert set(golden) == {"pcm", "log_mel", "scores"}


@needs_onnx
def test_a_label_that_scores_in_noise_is_raised_and_reported(tmp_path: Path) -> None:
    """The manifest has its score; no noise of another seed reaches its threshold."""
    content = linear_model({"scores": 3}, bias=0.3)
    options = options_of(tmp_path, content)
    report = import_model(options, quiet)
    label = report.manifest.labels[0]
    assert label.noise_score == pytest.approx(0.574, abs=0.02)
    assert label.noise_score is not None
    assert label.on_threshold > label.off_threshold > label.noise_score
    assert len(report.noisy) == 3


@needs_onnx
@pytest.mark.parametrize(
    ("content", "labels", "message"),
    [
        (linear_model({"scores": 4}), LABELS, "^4 outputs, 3 labels$"),
        (linear_model({"scores": 2}), LABELS, "^2 outputs, 3 labels$"),
        (linear_model({"a": 3, "b": 3}), LABELS, "expected one output with 3 values, got 2: a"),
        (linear_model({"scores": 3}, "Log"), LABELS, "expected finite outputs"),
        (linear_model({"scores": 3}, "Sqrt"), LABELS, "expected finite outputs, got .* of 18"),
        (linear_model({"scores": 3}, "Identity", bias=0.0), LABELS, "--activation is needed"),
        (linear_model({"scores": 3}, bias=9.0), LABELS, "expected a label that does not score"),
        (
            linear_model({"scores": 3}, inputs={"a": [1, SAMPLES], "b": [1, SAMPLES]}),
            LABELS,
            "the model has 2 input tensors, expected one",
        ),
        (linear_model({"scores": 3}, inputs={"a": [2, SAMPLES]}), LABELS, r"got \[2, 800\]"),
        (linear_model({"scores": 3}, "NoSuchOperator"), LABELS, "onnxruntime refuses the model"),
        (linear_model({"scores": 3})[:2_000], LABELS, "onnxruntime refuses the model"),
        (b"\x08\x08 not a model", LABELS, "onnxruntime refuses the model"),
        (b"", LABELS, "got an empty file"),
        (linear_model({"scores": 3}), b"", "got an empty file"),
        (linear_model({"scores": 3}), LABELS.replace("\nStrix", "\n\nStrix"), "an empty line 2"),
        (linear_model({"scores": 3}), b"\xff\xfe\x00", "UTF-8"),
        (linear_model({"scores": 3}), TINY.read_bytes(), "got"),
    ],
)
def test_a_broken_model_or_label_file_is_refused(
    tmp_path: Path, content: bytes, labels: str | bytes, message: str
) -> None:
    """With one error, and nothing is written."""
    options = options_of(tmp_path, content, labels)
    with pytest.raises(BundleImportError, match=message) as refused:
        import_model(options, quiet)
    assert refused.value.hint
    assert not options.target.folder.parent.exists()


def test_a_cut_tflite_model_is_refused(tmp_path: Path) -> None:
    """Also one that is cut within its weights."""
    content = TINY.read_bytes()
    for length in (8, 300, len(content) - 200):
        options = options_of(tmp_path, content[:length], "a\nb\nc")
        with pytest.raises(BundleImportError, match="TFLite runtime refuses the model"):
            import_model(options, quiet)


def test_a_model_that_carries_no_labels_needs_them(tmp_path: Path) -> None:
    """Before the model is loaded."""
    options = options_of(tmp_path, TINY.read_bytes())
    options = dataclasses.replace(options, labels=LabelOptions())
    with pytest.raises(BundleImportError, match="--labels is needed"):
        import_model(options, quiet)


@needs_onnx
def test_two_labels_of_one_name_are_noted(tmp_path: Path) -> None:
    """They get numbers."""
    report = import_model(options_of(tmp_path, linear_model({"scores": 3}), "Dog\nDog\nCat"), quiet)
    assert report.manifest.label_names == ["dog", "dog_2", "cat"]
    assert report.notes == ["labels with the name of another have a number: Dog"]


def test_a_name_a_version_or_a_language_that_is_not_one_is_refused_first(tmp_path: Path) -> None:
    """Before the minutes that measuring takes. A folder's name is the bundle's id."""
    options = options_of(tmp_path, b"no model")
    named = Target(tmp_path / "My Birds")
    released = Target(tmp_path / "birds", version="2")
    spoken = LabelOptions(language="english language")
    for changed, flag in [
        (dataclasses.replace(options, target=named), "--name"),
        (dataclasses.replace(options, target=released), "--release"),
        (dataclasses.replace(options, labels=spoken), "--language"),
    ]:
        with pytest.raises(BundleImportError, match=f"^{flag}: expected"):
            import_model(changed, quiet)


@needs_onnx
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (TINY.read_bytes(), r"expected an input of float32\[1, 3\]"),
        (linear_model({"scores": 3}), "expected a TFLite file as range model, got onnx"),
        ((RANGE / "two.tflite").read_bytes(), "expected one output, got 2"),
        ((RANGE / "logits.tflite").read_bytes(), "expected scores from 0 to 1"),
        ((RANGE / "broken.tflite").read_bytes(), "range.tflite"),
        (b"", "got an empty file"),
    ],
)
def test_a_range_model_that_is_not_one_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    """It takes latitude, longitude and week."""
    options = options_of(tmp_path, linear_model({"scores": 3}))
    range_file = tmp_path / "range.tflite"
    range_file.write_bytes(content)
    options = dataclasses.replace(options, range=RangeOptions(range_file))
    with pytest.raises(BundleImportError, match=message):
        import_model(options, quiet)


@needs_onnx
def test_a_range_model_becomes_part_of_the_bundle(tmp_path: Path) -> None:
    """With its hash and its threshold."""
    options = options_of(tmp_path, linear_model({"scores": 3}))
    options = dataclasses.replace(options, range=RangeOptions(RANGE / "tiny.tflite", 0.1))
    bundle = load_bundle(import_model(options, quiet).folder)
    assert bundle.range_model == (RANGE / "tiny.tflite").read_bytes()
    assert bundle.manifest.range is not None
    assert bundle.manifest.range.threshold == 0.1
