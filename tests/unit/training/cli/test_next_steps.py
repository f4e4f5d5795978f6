"""Advice after the training of one's own recordings."""

from pathlib import Path

import msgspec
import pytest

from soundpost_training.cli.next_steps import figures_from, print_next_steps
from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.evaluate.accuracy import FoldAccuracy, summarize
from soundpost_training.evaluate.calibration import Calibration, LabelCalibration, Outcome
from soundpost_training.evaluate.evaluate import Confusion, Evaluation, Reliability
from soundpost_training.experiment.deploy import CalibrateConfig
from soundpost_training.metrics import LabelMetrics

pytestmark = pytest.mark.training

CLIPS = tuple(
    Clip(Path(f"{label}{take}.wav"), label, 1 + take % 2, f"{label}{take // 2}")
    for label in ("horn", "whistle")
    for take in range(4)
)
DATASET = Dataset("mine", CLIPS, ("horn", "whistle"), "my own", "me")


def metrics(name: str, recall: float) -> LabelMetrics:
    """Returns the metrics of a label with four clips."""
    return LabelMetrics(
        name=name,
        clips=4,
        precision=0.8,
        recall=recall,
        f1=0.7,
        roc_auc=0.9,
        average_precision=0.9,
    )


def calibration(name: str, detected: float) -> LabelCalibration:
    """Returns a label that gives two false alarms an hour."""
    return LabelCalibration(
        name=name, on_threshold=0.6, detected=detected, false_alarms_per_hour=2.0, quiet=0.1
    )


EVALUATION = Evaluation(
    experiment="mine",
    data="mine",
    summary=summarize(
        [FoldAccuracy(fold=1, int8=0.5, real=0.5), FoldAccuracy(fold=2, int8=1.0, real=1.0)]
    ),
    calibration=Calibration(
        folds=[1, 2],
        temperature=1.0,
        labels=[calibration("horn", 0.25), calibration("whistle", 1.0)],
        chosen_on=Outcome(hours=0.01, detected=0.6, false_alarms_per_hour=2.0),
        evaluated=[],
        held_out=Outcome(hours=0.01, detected=0.6, false_alarms_per_hour=2.0),
    ),
    held_out_accuracy=0.75,
    agreement=None,
    window_accuracy=0.7,
    macro_f1=0.7,
    macro_roc_auc=0.9,
    macro_average_precision=0.9,
    logit_cosine=1.0,
    labels=[metrics("horn", 0.5), metrics("whistle", 1.0)],
    deltas=[],
    confusion=[[2, 2], [0, 4]],
    top_confusions=[
        Confusion(label="horn", taken_for="whistle", clips=2, paths=["horn0.wav", "horn2.wav"])
    ],
    reliability=Reliability(error_before=0.1, error_after=0.1, before=[], after=[]),
)


def test_advice_names_labels_and_clips(capsys: pytest.CaptureFixture[str]) -> None:
    """More recordings of what is missed, and the clips of the most frequent confusion."""
    print_next_steps(DATASET, EVALUATION, CalibrateConfig())
    printed = " ".join(capsys.readouterr().out.split())
    assert "what to do next:" in printed
    assert "more of horn: 4 clips of 2 recordings" in printed
    assert "horn is detected in 25% of its clips only" in printed
    assert "listen to 2 clips of horn taken for whistle: horn0.wav, horn2.wav" in printed


def test_a_published_data_set_gets_no_advice(capsys: pytest.CaptureFixture[str]) -> None:
    """Its recordings are what they are."""
    published = Dataset("esc50", CLIPS, DATASET.labels, "CC BY-NC", "them", published=True)
    print_next_steps(published, EVALUATION, CalibrateConfig())
    assert not capsys.readouterr().out


def test_confusions_with_a_background_label_are_left_out() -> None:
    """The background is no label of the bundle; accuracies are those of int8."""
    background = msgspec.structs.replace(EVALUATION, labels=[metrics("horn", 0.5)])
    dataset = Dataset(
        "mine", CLIPS, ("horn", "whistle"), "my own", "me", background_names=("whistle",)
    )
    figures = figures_from(dataset, background)
    assert figures.mistakes == []
    assert figures.accuracies == [0.5, 1.0]
    assert figures_from(DATASET, EVALUATION).mistakes[0].clips == 2
