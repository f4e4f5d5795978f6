"""Manifests of models."""

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pytest

from soundpost.manifest import Metric, read_manifest
from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.experiment.load import load_experiment
from soundpost_training.scoring.classifier import build_classifier
from soundpost_training.scoring.manifest import (
    BundleContent,
    Decisions,
    Measurements,
    build_manifest,
)
from soundpost_training.scoring.thresholds import label_defaults

pytestmark = pytest.mark.training

MODEL = Path(__file__).resolve().parents[4] / "models" / "esc10" / "model.tflite"
NAMES = tuple("abcdefghij")
CLIPS = tuple(Clip(Path(f"{fold}.wav"), "a", fold, str(fold)) for fold in (1, 2, 3))
DATASET = Dataset("mine", CLIPS, NAMES, "CC0-1.0", "me")


@pytest.mark.parametrize(
    ("held_out", "folds", "held_out_folds"), [(3, [1, 2], [3]), (None, [1, 2, 3], [])]
)
def test_a_manifest_describes_model_and_training(
    experiment_file: Path, held_out: int | None, folds: list[int], held_out_folds: list[int]
) -> None:
    """Hashes and tensors are of the files, folds and licence of the data set."""
    experiment = load_experiment(experiment_file)
    bundle = msgspec.structs.replace(experiment.bundle, held_out_fold=held_out)
    window = msgspec.structs.replace(experiment.window, frames=192)
    experiment = msgspec.structs.replace(experiment, bundle=bundle, window=window)
    model = MODEL.read_bytes()
    labels = [label_defaults(name, 0.5, experiment.features) for name in NAMES]
    metric = Metric(name="accuracy", value=0.5, spread=0.1, command="export")
    manifest = build_manifest(
        experiment,
        DATASET,
        BundleContent(model, b"golden"),
        Decisions(labels, 1.5),
        Measurements([metric], "export"),
    )
    assert manifest.model.sha256 == hashlib.sha256(model).hexdigest()
    assert (manifest.golden.bytes, manifest.labels) == (6, labels)
    assert manifest.output.temperature == 1.5
    assert manifest.input.tensor.dtype == manifest.output.tensor.dtype == "int8"
    assert (manifest.training.folds, manifest.training.held_out_folds) == (folds, held_out_folds)
    assert (manifest.training.licence, manifest.training.command) == ("CC0-1.0", "export")
    assert manifest.metrics == [metric]


def test_the_licence_of_the_initial_weights_is_named(experiment_file: Path) -> None:
    """Weights that training started from remain under the licence of their bundle."""
    text = experiment_file.read_text(encoding="utf-8").replace("frames = 64", "frames = 192")
    stated = text[: text.index("[model]")] + text[text.index("[augment]") :]
    experiment_file.write_text(stated, encoding="utf-8")
    experiment = load_experiment(experiment_file, init="bundle:esc10")
    manifest = build_manifest(
        experiment,
        DATASET,
        BundleContent(MODEL.read_bytes(), b"golden"),
        Decisions([label_defaults(name, 0.5, experiment.features) for name in NAMES], 1.0),
        Measurements([], "export"),
    )
    theirs = read_manifest(MODEL.parent).training.licence
    assert manifest.training.licence == f"CC0-1.0; initial weights: {theirs}"


def test_a_model_is_scored_before_it_is_in_a_bundle(experiment_file: Path) -> None:
    """A higher temperature brings its scores closer together."""
    experiment = load_experiment(experiment_file)
    window = msgspec.structs.replace(experiment.window, frames=192)
    experiment = msgspec.structs.replace(experiment, window=window)
    model = MODEL.read_bytes()
    silence = build_silence(192)
    sharp, flat = (
        build_classifier(experiment, DATASET, model, temperature).scores(silence)
        for temperature in (0.5, 5.0)
    )
    assert sharp.sum() == pytest.approx(1.0, abs=1e-5)
    assert sharp.max() >= flat.max()


def build_silence(frames: int) -> np.ndarray:
    """A window at the floor of the features."""
    return np.full((frames, 64), np.log(0.001), np.float32)
