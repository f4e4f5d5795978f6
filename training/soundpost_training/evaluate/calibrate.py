"""Temperature and thresholds, from the scores of clips that a model never heard."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.manifest import Label
from soundpost_training.dataset import training_folds
from soundpost_training.evaluate.calibration import Calibration, Judged, LabelCalibration, Outcome
from soundpost_training.evaluate.crossval import run_fold
from soundpost_training.evaluate.temperature import fit_temperature, temper
from soundpost_training.examples.augment import negatives
from soundpost_training.quantize.int8_model import TFLITE_FILE
from soundpost_training.scoring.scoring import FoldScores, classifier_of
from soundpost_training.scoring.thresholds import clip_peaks, label_defaults, on_threshold
from soundpost_training.train.context import TrainingContext

QUIET_STRETCHES = 64
"""Silence and faint noises that no label may be told of."""

QUIET_SEED = 0x5117
"""Apart from any experiment's seed: these are not the noises that were trained on."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """Peaks float32[clips, labels] of clips, their labels int64[clips] and lengths in hours."""

    peaks: NDArray[np.float32]
    truth: NDArray[np.int64]
    hours: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the folds but one choose, and their own clips at it."""

    temperature: float
    labels: list[LabelCalibration]
    heard: _Heard


def calibrate(material: TrainingContext) -> Calibration:
    """The calibration of the shipped model.

    It was chosen by clips of the folds that the shipped model trained on, each scored by the
    model of its own fold, which never heard it. A held-out fold's clips choose nothing.
    """
    held_out = material.experiment.bundle.held_out_fold
    chosen = _choose(material, held_out)
    if held_out is None:
        judges = {fold: _choose(material, fold) for fold in material.dataset.folds}
    else:
        judges = {held_out: chosen}
    return Calibration(
        folds=training_folds(material.dataset, held_out),
        temperature=chosen.temperature,
        labels=chosen.labels,
        chosen_on=_outcome([(chosen.heard, chosen.labels)]),
        judged=[Judged(fold=fold, temperature=one.temperature) for fold, one in judges.items()],
        held_out=_outcome(
            [
                (_heard(material, [run_fold(material, fold)], one.temperature), one.labels)
                for fold, one in judges.items()
            ]
        ),
    )


def _choose(material: TrainingContext, without: int | None) -> _Choice:
    """What the clips of all folds but one choose, and silence as the model without it hears it."""
    folds = training_folds(material.dataset, without)
    scores = [run_fold(material, fold) for fold in folds]
    quiet = _quiet_scores(material, without)
    temperature = fit_temperature(
        np.concatenate([fold.int8 for fold in scores]),
        np.concatenate([fold.truth[fold.owners] for fold in scores]),
        quiet,
    )
    heard = _heard(material, scores, temperature)
    labels = _labels(material, heard, temper(quiet, temperature).max(axis=0))
    return _Choice(temperature, labels, heard)


def manifest_labels(material: TrainingContext, calibration: Calibration) -> list[Label]:
    """The labels as the manifest has them."""
    spec = material.experiment.features
    return [
        label_defaults(label.name, label.on_threshold, spec, label.quiet)
        for label in calibration.labels
    ]


def _labels(
    material: TrainingContext, heard: _Heard, quiet: NDArray[np.float32]
) -> list[LabelCalibration]:
    config = material.experiment.calibrate
    labels = []
    for index, name in enumerate(material.dataset.labels):
        own = heard.truth == index
        mine, others = heard.peaks[own, index], heard.peaks[~own, index]
        hours = float(heard.hours[~own].sum())
        threshold = on_threshold(config, mine, others, hours, float(quiet[index]))
        labels.append(
            LabelCalibration(
                name=name,
                on_threshold=threshold,
                told=float((mine >= threshold).mean()),
                false_alarms_per_hour=float((others >= threshold).sum() / hours),
                quiet=float(quiet[index]),
            )
        )
    return labels


def _heard(material: TrainingContext, folds: list[FoldScores], temperature: float) -> _Heard:
    spec = material.experiment.features
    frames = material.features.frames[np.concatenate([fold.clips for fold in folds])]
    return _Heard(
        peaks=np.concatenate(
            [clip_peaks(temper(fold.int8, temperature), fold.owners) for fold in folds]
        ),
        truth=np.concatenate([fold.truth for fold in folds]),
        hours=frames * spec.hop_samples / spec.sample_rate_hz / 3600,
    )


def _outcome(parts: list[tuple[_Heard, list[LabelCalibration]]]) -> Outcome:
    """What happens to clips, each part of them at thresholds of its own."""
    hours, told, others = 0.0, [], 0
    for heard, labels in parts:
        reached = heard.peaks >= np.array([label.on_threshold for label in labels], np.float32)
        own = reached[np.arange(len(heard.truth)), heard.truth]
        hours += float(heard.hours.sum())
        told.append(own)
        others += int(reached.sum() - own.sum())
    return Outcome(
        hours=hours,
        told=float(np.concatenate(told).mean()),
        false_alarms_per_hour=others / hours,
    )


def _quiet_scores(material: TrainingContext, fold: int | None) -> NDArray[np.float32]:
    """Scores of silence and faint noise by a fold's model, float32[stretches, labels].

    A steady sound scores alike in each window, so these are what smoothing gives, too.
    """
    experiment = material.experiment
    run_fold(material, fold)
    classifier = classifier_of(material, (material.fold_folder(fold) / TFLITE_FILE).read_bytes())
    rng = np.random.default_rng(QUIET_SEED)
    stretches = negatives(rng, experiment.features, QUIET_STRETCHES, experiment.window.frames)
    return np.stack([classifier.scores(sound) for sound in stretches])
