"""Metrics over the folds of an experiment."""

from pathlib import Path

import numpy as np
import pytest

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.evaluate.accuracy import fold_accuracy, summarize
from soundpost_training.evaluate.calibration import (
    Calibration,
    FoldTemperature,
    LabelCalibration,
    Outcome,
)
from soundpost_training.evaluate.evaluate import evaluate
from soundpost_training.experiment.load import load_experiment
from soundpost_training.scoring.fold_scores import AllScores, FoldScores

pytestmark = pytest.mark.training

NAMES = ("dog", "fox", "owl")
CLIPS = tuple(
    Clip(Path(f"{name}{fold}.wav"), name, fold, f"{name}{fold}")
    for fold in (1, 2)
    for name in NAMES
)
DATASET = Dataset("yard", CLIPS, NAMES, "CC0-1.0", "")
OUTCOME = Outcome(hours=1.0, detected=1.0, false_alarms_per_hour=0.0)


def scores_of(clips: list[int], int8: list[int], real: list[int]) -> FoldScores:
    """Scores of clips of one window each, the given labels the highest."""
    certain = np.full((3, 3), 0.1, np.float32) + 0.7 * np.eye(3, dtype=np.float32)
    truth = np.array(DATASET.targets())[clips]
    owners = np.arange(len(clips))
    return FoldScores(np.array(clips), truth, owners, certain[int8], certain[real])


def calibration(*folds: int) -> Calibration:
    """Thresholds of 0.5, and temperatures of some evaluated folds."""
    return Calibration(
        folds=[1, 2],
        temperature=1.0,
        labels=[
            LabelCalibration(
                name=name, on_threshold=0.5, detected=1.0, false_alarms_per_hour=0.0, quiet=0.0
            )
            for name in NAMES
        ],
        chosen_on=OUTCOME,
        evaluated=[FoldTemperature(fold=fold, temperature=0.5) for fold in folds],
        held_out=OUTCOME,
    )


FOLDS: AllScores = {
    1: scores_of([0, 1, 2], int8=[0, 2, 2], real=[0, 1, 2]),
    2: scores_of([3, 4, 5], int8=[0, 2, 0], real=[0, 2, 2]),
}
SUMMARY = summarize([fold_accuracy(fold, FOLDS[fold]) for fold in (1, 2)])


def test_confusions_are_counted_over_all_folds(experiment_file: Path) -> None:
    """The most frequent comes first, with the paths of its clips."""
    experiment = load_experiment(experiment_file)
    evaluation = evaluate(experiment, DATASET, FOLDS, SUMMARY, calibration(2))
    assert evaluation.confusion == [[2, 0, 0], [0, 0, 2], [1, 0, 1]]
    first, second = evaluation.top_confusions
    assert (first.label, first.taken_for, first.clips) == ("fox", "owl", 2)
    assert first.paths == ["fox1.wav", "fox2.wav"]
    assert (second.label, second.taken_for, second.clips) == ("owl", "dog", 1)
    assert [delta.agreement for delta in evaluation.deltas] == [1.0, 0.5, 0.5]


def test_only_evaluated_folds_give_the_held_out_accuracy(experiment_file: Path) -> None:
    """Without a model of all folds there is no agreement to report."""
    experiment = load_experiment(experiment_file)
    evaluation = evaluate(experiment, DATASET, FOLDS, SUMMARY, calibration(2))
    assert evaluation.held_out_accuracy == pytest.approx(1 / 3)
    assert evaluation.agreement is None
    assert sum(each.windows for each in evaluation.reliability.after) == 3


def test_a_model_of_all_folds_is_compared_with_itself_in_float(experiment_file: Path) -> None:
    """Its agreement is the share of clips with the same label in int8 and in float."""
    experiment = load_experiment(experiment_file)
    all_folds = scores_of(list(range(6)), int8=[0, 1, 2, 0, 1, 0], real=[0, 1, 2, 0, 1, 2])
    scores: AllScores = {**FOLDS, None: all_folds}
    evaluation = evaluate(experiment, DATASET, scores, SUMMARY, calibration(1, 2))
    assert evaluation.agreement == pytest.approx(5 / 6)
    assert evaluation.held_out_accuracy == pytest.approx(0.5)
