"""What the models of all folds make of the clips that they never heard."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.evaluate.calibration import Calibration
from soundpost_training.evaluate.crossval import Summary, run_fold
from soundpost_training.evaluate.int8_delta import LabelDelta, cosine, label_deltas
from soundpost_training.evaluate.temperature import temper
from soundpost_training.metrics import (
    LabelMetrics,
    ReliabilityBin,
    accuracy,
    calibration_error,
    confusion,
    label_metrics,
    reliability,
)
from soundpost_training.scoring.scoring import FoldScores
from soundpost_training.train.context import TrainingContext

CONFUSIONS_TOLD = 15
CLIPS_OF_A_CONFUSION = 4


class Confusion(msgspec.Struct, frozen=True, kw_only=True):
    """A label taken for another: how many clips, and the paths of some to listen to."""

    label: str
    taken_for: str
    clips: int
    paths: list[str]


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the scores of some windows mean what they say, before and after the temperature."""

    error_before: float
    error_after: float
    before: list[ReliabilityBin]
    after: list[ReliabilityBin]


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """All that is measured of an experiment, int8 throughout where nothing else is said.

    Attributes:
        experiment: Its name.
        data: The data set.
        summary: Clip accuracy of each fold, int8 and float.
        calibration: Temperature and thresholds, with what they do.
        held_out_accuracy: Clip accuracy on the folds that judge (see `Calibration`), each at the
            temperature that it did not choose.
        agreement: Share of all clips of which the model of all folds says in int8 what it says in
            float; None where a held-out fold judges what is shipped.
        window_accuracy: Share of single windows whose highest score is right.
        macro_f1: Mean over the labels.
        macro_roc_auc: The same.
        macro_average_precision: The same.
        logit_cosine: Mean cosine of the angle between int8 and float logits of a window.
        labels: Each label against all others, over the clips of all folds.
        deltas: What int8 costs each label.
        confusion: Clips of each label (row) taken for each (column).
        top_confusions: The most frequent ones.
        reliability: Of the windows of the folds that judge.
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


def evaluate(material: TrainingContext, summary: Summary, calibration: Calibration) -> Evaluation:
    """The evaluation of an experiment, each clip by the model of its own fold.

    Args:
        material: The experiment and its data.
        summary: Its accuracies.
        calibration: Its temperature and thresholds.
    """
    dataset = material.dataset
    folds = {fold: run_fold(material, fold) for fold in dataset.folds}
    scores, truth, clips = out_of_fold(list(folds.values()))
    labels = label_metrics(dataset.labels, scores, truth)
    table = confusion(scores, truth)
    judged = [
        (folds[one.fold], temper(folds[one.fold].int8, one.temperature))
        for one in calibration.judged
    ]
    taken = {int(clip): int(best) for clip, best in zip(clips, scores.argmax(axis=1), strict=True)}
    return Evaluation(
        experiment=material.experiment.name,
        data=dataset.name,
        summary=summary,
        calibration=calibration,
        held_out_accuracy=accuracy(
            np.concatenate([fold.of_clips(tempered) for fold, tempered in judged]),
            np.concatenate([fold.truth for fold, _ in judged]),
        ),
        agreement=_agreement(material),
        window_accuracy=float(
            np.mean([accuracy(fold.int8, fold.truth[fold.owners]) for fold in folds.values()])
        ),
        macro_f1=float(np.mean([label.f1 for label in labels])),
        macro_roc_auc=float(np.mean([label.roc_auc for label in labels])),
        macro_average_precision=float(np.mean([label.average_precision for label in labels])),
        logit_cosine=float(
            np.mean([cosine(fold.int8, fold.real).mean() for fold in folds.values()])
        ),
        labels=labels,
        deltas=label_deltas(dataset.labels, list(folds.values())),
        confusion=table.tolist(),
        top_confusions=_top_confusions(material, table, taken),
        reliability=_reliability(judged),
    )


def out_of_fold(
    folds: list[FoldScores],
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Clips of all folds: int8 scores float32[clips, labels], their labels, their positions."""
    scores = np.concatenate([fold.of_clips(fold.int8) for fold in folds])
    truth = np.concatenate([fold.truth for fold in folds])
    return scores, truth, np.concatenate([fold.clips for fold in folds])


def _top_confusions(
    material: TrainingContext, table: NDArray[np.int64], taken: dict[int, int]
) -> list[Confusion]:
    dataset, targets = material.dataset, material.dataset.targets()
    wrong = table - np.diag(np.diag(table))
    order = np.argsort(-wrong, axis=None, kind="stable")[:CONFUSIONS_TOLD]
    found = []
    for row, column in zip(*np.unravel_index(order, wrong.shape), strict=True):
        if not wrong[row, column]:
            break
        those = [clip for clip, best in taken.items() if (targets[clip], best) == (row, column)]
        found.append(
            Confusion(
                label=dataset.labels[row],
                taken_for=dataset.labels[column],
                clips=len(those),
                paths=[str(dataset.clips[clip].path) for clip in those[:CLIPS_OF_A_CONFUSION]],
            )
        )
    return found


def _agreement(material: TrainingContext) -> float | None:
    if material.experiment.bundle.held_out_fold is not None:
        return None
    heard = run_fold(material, None)
    return accuracy(heard.of_clips(heard.int8), heard.of_clips(heard.real).argmax(axis=1))


def _reliability(judged: list[tuple[FoldScores, NDArray[np.float32]]]) -> Reliability:
    truth = np.concatenate([fold.truth[fold.owners] for fold, _ in judged])
    before = reliability(np.concatenate([fold.int8 for fold, _ in judged]), truth)
    after = reliability(np.concatenate([tempered for _, tempered in judged]), truth)
    return Reliability(
        error_before=calibration_error(before),
        error_after=calibration_error(after),
        before=before,
        after=after,
    )
