"""Metrics of an experiment over the held-out clips of all folds."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.paths import text_of
from soundpost_training.evaluate.accuracy import Summary
from soundpost_training.evaluate.calibration import Calibration
from soundpost_training.evaluate.int8_delta import LabelDelta, cosine, label_deltas
from soundpost_training.evaluate.temperature import temper
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.metrics import (
    LabelMetrics,
    ReliabilityBin,
    accuracy,
    calibration_error,
    confusion,
    label_metrics,
    reliability,
)
from soundpost_training.scoring.fold_scores import AllScores, FoldScores

TOP_CONFUSIONS = 15
CLIPS_OF_A_CONFUSION = 4
"""As many as fit on a page, and enough clips of each to find out why."""


class Confusion(msgspec.Struct, frozen=True, kw_only=True):
    """A label recognised as another: number of clips, and the paths of some to listen to."""

    label: str
    taken_for: str
    clips: int
    paths: list[str]


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """Calibration error and reliability diagram of windows, before and after the temperature."""

    error_before: float
    error_after: float
    before: list[ReliabilityBin]
    after: list[ReliabilityBin]


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """All metrics of an experiment, in int8 unless stated otherwise.

    Attributes:
        experiment: Its name.
        data: The data set.
        summary: Clip accuracy of each fold, int8 and float.
        calibration: Temperature and thresholds, with their effect.
        held_out_accuracy: Clip accuracy on the evaluated folds (see `Calibration`), each at the
            temperature that it did not choose.
        agreement: Share of all clips to which the model of all folds gives the same label in int8
            and in float; None where the shipped model has a held-out fold.
        window_accuracy: Share of single windows whose highest score is right.
        macro_f1: Mean over the labels.
        macro_roc_auc: The same.
        macro_average_precision: The same.
        logit_cosine: Mean cosine of the angle between int8 and float logits of a window.
        labels: Each label of the bundle against all others, over the clips of all folds.
        deltas: Int8 compared with float, for each label, and for background that is one.
        confusion: Clips of each label (row) recognised as each (column).
        top_confusions: The most frequent ones.
        reliability: Of the windows of the evaluated folds.
    """

    experiment: str
    data: str
    summary: Summary
    calibration: Calibration
    held_out_accuracy: float
    agreement: float | None
    window_accuracy: float
    macro_f1: float
    macro_roc_auc: float
    macro_average_precision: float
    logit_cosine: float
    labels: list[LabelMetrics]
    deltas: list[LabelDelta]
    confusion: list[list[int]]
    top_confusions: list[Confusion]
    reliability: Reliability


def evaluate(
    experiment: Experiment,
    dataset: Dataset,
    scores: AllScores,
    summary: Summary,
    calibration: Calibration,
) -> Evaluation:
    """Evaluates an experiment, each clip by the model that held out its fold.

    Args:
        experiment: The experiment.
        dataset: Its recordings.
        scores: Of each fold, and under None of the model of all folds if that is shipped.
        summary: Its accuracies.
        calibration: Its temperature and thresholds.
    """
    folds = [scores[fold] for fold in dataset.folds]
    clip_scores, truth, clips = out_of_fold(folds)
    labels = label_metrics(dataset.bundle_labels, clip_scores, truth)
    table = confusion(clip_scores, truth)
    evaluated = [
        (scores[choice.fold], temper(scores[choice.fold].int8, choice.temperature))
        for choice in calibration.evaluated
    ]
    recognised = dict(zip(clips.tolist(), clip_scores.argmax(axis=1).tolist(), strict=True))
    return Evaluation(
        experiment=experiment.name,
        data=dataset.name,
        summary=summary,
        calibration=calibration,
        held_out_accuracy=accuracy(
            np.concatenate([fold.of_clips(tempered) for fold, tempered in evaluated]),
            np.concatenate([fold.truth for fold, _ in evaluated]),
        ),
        agreement=_agreement(scores[None]) if None in scores else None,
        window_accuracy=float(
            np.mean([accuracy(fold.int8, fold.truth[fold.owners]) for fold in folds])
        ),
        macro_f1=float(np.mean([label.f1 for label in labels])),
        macro_roc_auc=float(np.mean([label.roc_auc for label in labels])),
        macro_average_precision=float(np.mean([label.average_precision for label in labels])),
        logit_cosine=float(np.mean([cosine(fold.int8, fold.real).mean() for fold in folds])),
        labels=labels,
        deltas=label_deltas(dataset.labels, folds),
        confusion=table.tolist(),
        top_confusions=_top_confusions(dataset, table, recognised),
        reliability=_reliability(evaluated),
    )


def out_of_fold(
    folds: list[FoldScores],
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Joins the clips of folds: int8 scores float32[clips, labels], labels and positions."""
    scores = np.concatenate([fold.of_clips(fold.int8) for fold in folds])
    truth = np.concatenate([fold.truth for fold in folds])
    return scores, truth, np.concatenate([fold.clips for fold in folds])


def _top_confusions(
    dataset: Dataset, table: NDArray[np.int64], recognised: dict[int, int]
) -> list[Confusion]:
    """Returns the most frequent confusions, from the table and each clip's recognised label."""
    targets = dataset.targets()
    wrong = table - np.diag(np.diag(table))
    order = np.argsort(-wrong, axis=None, kind="stable")[:TOP_CONFUSIONS]
    confusions = []
    for row, column in zip(*np.unravel_index(order, wrong.shape), strict=True):
        if not wrong[row, column]:
            break
        clips = [
            clip for clip, label in recognised.items() if (targets[clip], label) == (row, column)
        ]
        confusions.append(
            Confusion(
                label=dataset.labels[row],
                taken_for=dataset.labels[column],
                clips=len(clips),
                paths=[text_of(dataset.clips[clip].path) for clip in clips[:CLIPS_OF_A_CONFUSION]],
            )
        )
    return confusions


def _agreement(scores: FoldScores) -> float:
    """Returns the share of clips that have the same label in int8 and in float."""
    return accuracy(scores.of_clips(scores.int8), scores.of_clips(scores.real).argmax(axis=1))


def _reliability(evaluated: list[tuple[FoldScores, NDArray[np.float32]]]) -> Reliability:
    """Returns the reliability of int8 scores and of the tempered ones beside them."""
    truth = np.concatenate([fold.truth[fold.owners] for fold, _ in evaluated])
    before = reliability(np.concatenate([fold.int8 for fold, _ in evaluated]), truth)
    after = reliability(np.concatenate([tempered for _, tempered in evaluated]), truth)
    return Reliability(
        error_before=calibration_error(before),
        error_after=calibration_error(after),
        before=before,
        after=after,
    )
