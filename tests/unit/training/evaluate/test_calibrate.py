"""Calibration of temperature and thresholds."""

import dataclasses
from pathlib import Path

import msgspec
import numpy as np
import pytest

from soundpost.features import FeatureSpec
from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.dataset.features import Features
from soundpost_training.evaluate.calibrate import calibrate
from soundpost_training.experiment.load import load_experiment
from soundpost_training.scoring.fold_scores import FoldScores
from soundpost_training.train.context import TrainingContext

pytestmark = pytest.mark.training

MODEL = Path(__file__).resolve().parents[4] / "models" / "esc10" / "model.tflite"
NAMES = tuple("abcdefghij")
CLIPS = tuple(
    Clip(Path(f"{name}{fold}.wav"), name, fold, f"{name}{fold}")
    for fold in (1, 2, 3)
    for name in NAMES
)
FRAMES_OF_AN_HOUR = 360_000


@pytest.fixture
def context(experiment_file: Path, tmp_path: Path) -> TrainingContext:
    """Thirty clips of ten labels, and a model of each fold, whose weights do not matter."""
    experiment = load_experiment(experiment_file)
    window = msgspec.structs.replace(experiment.window, frames=192)
    experiment = msgspec.structs.replace(experiment, window=window)
    frames = np.full(len(CLIPS), FRAMES_OF_AN_HOUR // len(CLIPS))
    features = Features(FeatureSpec(), np.zeros((0, 64), np.float32), np.zeros_like(frames), frames)
    dataset = Dataset("mine", CLIPS, NAMES, "CC0-1.0", "me")
    for folder in ("fold1", "fold2", "fold3", "all"):
        (tmp_path / "tiny" / folder).mkdir(parents=True)
        (tmp_path / "tiny" / folder / "model.tflite").write_bytes(MODEL.read_bytes())
    return TrainingContext(experiment, dataset, features, tmp_path)


def random_scores(fold: int, seed: int) -> FoldScores:
    """Scores of a fold's clips, three windows each: mostly right."""
    rng = np.random.default_rng((fold, seed))
    truth = np.arange(10)
    logits = rng.normal(size=(30, 10)) + 4.0 * np.eye(10)[np.repeat(truth, 3)]
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    clips = 10 * (fold - 1) + truth
    real = scores.astype(np.float32)
    return FoldScores(clips, truth, np.repeat(truth, 3), real, real)


def test_a_held_out_fold_chooses_nothing(context: TrainingContext) -> None:
    """Temperature and thresholds are the same whatever its scores; only its outcome changes."""
    scores: dict[int | None, FoldScores] = {fold: random_scores(fold, 0) for fold in (1, 2, 3)}
    one = calibrate(context, scores)
    other = calibrate(context, scores | {3: random_scores(3, 9)})
    assert (one.folds, [each.fold for each in one.evaluated]) == ([1, 2], [3])
    assert (one.temperature, one.labels, one.chosen_on) == (
        other.temperature,
        other.labels,
        other.chosen_on,
    )
    assert one.evaluated[0].temperature == one.temperature
    assert one.chosen_on.hours == pytest.approx(2 / 3)
    assert one.held_out.hours == pytest.approx(1 / 3)


def test_without_a_held_out_fold_each_is_evaluated_by_the_others(context: TrainingContext) -> None:
    """The temperature for a fold does not depend on its own clips."""
    bundle = msgspec.structs.replace(context.experiment.bundle, held_out_fold=None)
    experiment = msgspec.structs.replace(context.experiment, bundle=bundle)
    whole = dataclasses.replace(context, experiment=experiment)
    scores: dict[int | None, FoldScores] = {fold: random_scores(fold, 0) for fold in (1, 2, 3)}
    one = calibrate(whole, scores)
    other = calibrate(whole, scores | {3: random_scores(3, 9)})
    assert one.folds == [each.fold for each in one.evaluated] == [1, 2, 3]
    assert one.evaluated[2] == other.evaluated[2]
    assert one.held_out.hours == one.chosen_on.hours == pytest.approx(1.0)


def test_thresholds_are_stored_under_the_keys_of_older_files(context: TrainingContext) -> None:
    """The share of detected clips is `told`, and the evaluated folds are `judged`."""
    calibration = calibrate(context, {fold: random_scores(fold, 0) for fold in (1, 2, 3)})
    stored = msgspec.to_builtins(calibration)
    assert {"judged", "chosen_on", "held_out"} < set(stored)
    assert "told" in stored["labels"][0]
    assert "told" in stored["held_out"]
