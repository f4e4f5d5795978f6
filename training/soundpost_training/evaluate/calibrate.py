"""Chooses temperature and thresholds by the scores of clips that a model was not trained on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.folds import training_folds
from soundpost_training.evaluate.calibration import (
    Calibration,
    FoldTemperature,
    LabelCalibration,
    Outcome,
)
from soundpost_training.evaluate.temperature import fit_temperature, temper
from soundpost_training.examples.augment.negatives import negatives
from soundpost_training.runs.run_folder import TFLITE_FILE
from soundpost_training.scoring.classifier import build_classifier, label_scores
from soundpost_training.scoring.fold_scores import AllScores, FoldScores
from soundpost_training.scoring.thresholds import clip_peaks, on_threshold
from soundpost_training.train.context import TrainingContext

QUIET_SOUNDS = 64
"""Silence and faint noises in which no label may be detected; training has as many others."""

QUIET_SEED = 0x5117
"""Different from any experiment's seed: these are not the noises that were trained on."""


@dataclass(frozen=True, slots=True)
class _ClipPeaks:
    """Peaks float32[clips, labels] of clips, their labels int64[clips] and lengths in hours."""

    peaks: NDArray[np.float32]
    truth: NDArray[np.int64]
    hours: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Choice:
    """Temperature and thresholds that all folds but one chose, and the peaks of their clips."""

    temperature: float
    labels: list[LabelCalibration]
    clips: _ClipPeaks


def calibrate(context: TrainingContext, scores: AllScores) -> Calibration:
    """Calibrates the shipped model.

    Temperature and thresholds are chosen on the clips of its training folds, each scored by the
    model that held out its fold. The clips of a held-out fold choose nothing.

    Args:
        context: The experiment and its data.
        scores: Of each fold, and under None of the model of all folds if that is shipped.
    """
    held_out = context.experiment.bundle.held_out_fold
    chosen = _choose(context, scores, held_out)
    if held_out is None:
        choices = {fold: _choose(context, scores, fold) for fold in context.dataset.folds}
    else:
        choices = {held_out: chosen}
    return Calibration(
        folds=training_folds(context.dataset, held_out),
        temperature=chosen.temperature,
        labels=chosen.labels,
        chosen_on=_outcome([(chosen.clips, chosen.labels)]),
        evaluated=[
            FoldTemperature(fold=fold, temperature=choice.temperature)
            for fold, choice in choices.items()
        ],
        held_out=_outcome(
            [
                (_clip_peaks(context, [scores[fold]], choice.temperature), choice.labels)
                for fold, choice in choices.items()
            ]
        ),
    )


def _choose(context: TrainingContext, scores: AllScores, held_out: int | None) -> _Choice:
    """Chooses by the clips of all folds but one, and by the silence scores of its model."""
    folds = [scores[fold] for fold in training_folds(context.dataset, held_out)]
    quiet = _quiet_scores(context, held_out)
    temperature = _temperature(context, folds, quiet)
    clips = _clip_peaks(context, folds, temperature)
    labels = _labels(context, clips, temper(quiet, temperature).max(axis=0))
    return _Choice(temperature, labels, clips)


def _temperature(
    context: TrainingContext, folds: list[FoldScores], quiet: NDArray[np.float32]
) -> float:
    """Returns the temperature; where background is a label, silence is one of its sounds."""
    scores = np.concatenate([fold.int8 for fold in folds])
    truth = np.concatenate([fold.truth[fold.owners] for fold in folds])
    if not context.dataset.has_background_label:
        return fit_temperature(scores, truth, quiet)
    background = np.full(len(quiet), len(context.dataset.labels) - 1)
    labelled = np.concatenate((scores, quiet)), np.concatenate((truth, background))
    return fit_temperature(*labelled, quiet[:0])


def _labels(
    context: TrainingContext, clips: _ClipPeaks, quiet: NDArray[np.float32]
) -> list[LabelCalibration]:
    config = context.experiment.calibrate
    labels = []
    for index, name in enumerate(context.dataset.bundle_labels):
        is_own = clips.truth == index
        own, others = clips.peaks[is_own, index], clips.peaks[~is_own, index]
        hours = float(clips.hours[~is_own].sum())
        threshold = on_threshold(config, own, others, hours, float(quiet[index]))
        labels.append(
            LabelCalibration(
                name=name,
                on_threshold=threshold,
                detected=float((own >= threshold).mean()),
                false_alarms_per_hour=float((others >= threshold).sum() / hours),
                quiet=float(quiet[index]),
            )
        )
    return labels


def _clip_peaks(
    context: TrainingContext, folds: list[FoldScores], temperature: float
) -> _ClipPeaks:
    spec = context.experiment.features
    frames = context.features.frames[np.concatenate([fold.clips for fold in folds])]
    return _ClipPeaks(
        peaks=np.concatenate(
            [clip_peaks(temper(fold.int8, temperature), fold.owners) for fold in folds]
        ),
        truth=np.concatenate([fold.truth for fold in folds]),
        hours=frames * spec.hop_samples / spec.sample_rate_hz / 3600,
    )


def _outcome(parts: list[tuple[_ClipPeaks, list[LabelCalibration]]]) -> Outcome:
    """Returns the effect on clips, where each part of them has thresholds of its own."""
    hours, detected, others = 0.0, [], 0
    for clips, labels in parts:
        thresholds = np.array([label.on_threshold for label in labels], np.float32)
        reached = clips.peaks[:, : len(labels)] >= thresholds
        labelled = np.flatnonzero(clips.truth < len(labels))  # the others are background
        own = reached[labelled, clips.truth[labelled]]
        hours += float(clips.hours.sum())
        detected.append(own)
        others += int(reached.sum() - own.sum())
    return Outcome(
        hours=hours,
        detected=float(np.concatenate(detected).mean()),
        false_alarms_per_hour=others / hours,
    )


def _quiet_scores(context: TrainingContext, fold: int | None) -> NDArray[np.float32]:
    """Returns scores of silence and faint noise by a fold's model, float32[sounds, labels].

    A steady sound has equal scores in each window, so smoothing does not change these.
    """
    experiment = context.experiment
    model = (context.fold_folder(fold) / TFLITE_FILE).read_bytes()
    classifier = build_classifier(experiment, context.dataset, model)
    rng = np.random.default_rng(QUIET_SEED)
    sounds = negatives(rng, experiment.features, QUIET_SOUNDS, experiment.window.frames)
    return np.stack([label_scores(classifier, context.dataset, sound) for sound in sounds])
