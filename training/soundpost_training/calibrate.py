"""Temperature and thresholds, from the scores of clips that a model never heard."""

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.manifest import Label
from soundpost_training.augment import negatives
from soundpost_training.crossval import TFLITE_FILE, run_fold
from soundpost_training.material import Material
from soundpost_training.scoring import FoldScores, classifier_of
from soundpost_training.temperature import fit_temperature, temper
from soundpost_training.thresholds import clip_peaks, label_defaults, on_threshold

CALIBRATION_FILE = "calibration.json"

QUIET_STRETCHES = 64
"""Silence and faint noises that no label may be told of."""

QUIET_SEED = 0x5117
"""Apart from any experiment's seed: these are not the noises that were trained on."""


class LabelCalibration(msgspec.Struct, frozen=True, kw_only=True):
    """What a threshold does to the clips that it was chosen on.

    Attributes:
        name: The label.
        on_threshold: Smoothed score at which it is told.
        told: Share of the label's clips that reach it.
        false_alarms_per_hour: Clips of other labels that reach it, per hour of them.
        quiet: The label's highest score in silence and faint noise.
    """

    name: str
    on_threshold: float
    told: float
    false_alarms_per_hour: float
    quiet: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What all thresholds together do to some clips.

    Attributes:
        hours: How long the clips are together.
        told: Share of them whose own label is told.
        false_alarms_per_hour: False alarms of all labels, per hour of clips.
    """

    hours: float
    told: float
    false_alarms_per_hour: float


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Decision defaults and what they were chosen on.

    Attributes:
        folds: The folds whose clips chose, each scored by the model that held it out.
        temperature: What logits are divided by.
        labels: One for each label, in the order of the model's outputs.
        chosen_on: What the thresholds do to the clips that chose them.
        held_out: What they do to the clips of the bundle's held-out fold, which chose nothing.
    """

    folds: list[int]
    temperature: float
    labels: list[LabelCalibration]
    chosen_on: Outcome
    held_out: Outcome


@dataclass(frozen=True, slots=True)
class _Heard:
    """Peaks float32[clips, labels] of clips, their labels int64[clips] and lengths in hours."""

    peaks: NDArray[np.float32]
    truth: NDArray[np.int64]
    hours: NDArray[np.float64]


def calibrate(material: Material) -> Calibration:
    """The calibration of the shipped model; also kept as JSON beside the runs.

    It was chosen by clips of the folds that the shipped model trained on, each scored by the
    model of its own fold, which never heard it. The held-out fold's clips choose nothing.
    """
    held_out = material.experiment.bundle.held_out_fold
    folds = [fold for fold in material.dataset.folds if fold != held_out]
    scores = [run_fold(material, fold) for fold in folds]
    quiet = _quiet_scores(material, held_out)
    temperature = fit_temperature(
        np.concatenate([fold.int8 for fold in scores]),
        np.concatenate([fold.truth[fold.owners] for fold in scores]),
        quiet,
    )
    heard = _heard(material, scores, temperature)
    labels = _labels(material, heard, temper(quiet, temperature).max(axis=0))
    calibration = Calibration(
        folds=folds,
        temperature=temperature,
        labels=labels,
        chosen_on=_outcome(heard, labels),
        held_out=_outcome(_heard(material, [run_fold(material, held_out)], temperature), labels),
    )
    kept = msgspec.json.format(msgspec.json.encode(calibration), indent=2)
    (material.folder / CALIBRATION_FILE).write_bytes(kept)
    return calibration


def told_of_silence(calibration: Calibration) -> list[LabelCalibration]:
    """The labels that silence or faint noise sounds like more than any threshold could forbid."""
    return [label for label in calibration.labels if label.quiet >= label.on_threshold]


def manifest_labels(material: Material, calibration: Calibration) -> list[Label]:
    """The labels as the manifest has them."""
    spec = material.experiment.features
    return [label_defaults(label.name, label.on_threshold, spec) for label in calibration.labels]


def _labels(
    material: Material, heard: _Heard, quiet: NDArray[np.float32]
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


def _heard(material: Material, folds: list[FoldScores], temperature: float) -> _Heard:
    spec = material.experiment.features
    frames = material.features.frames[np.concatenate([fold.clips for fold in folds])]
    return _Heard(
        peaks=np.concatenate(
            [clip_peaks(temper(fold.int8, temperature), fold.owners) for fold in folds]
        ),
        truth=np.concatenate([fold.truth for fold in folds]),
        hours=frames * spec.hop_samples / spec.sample_rate_hz / 3600,
    )


def _outcome(heard: _Heard, labels: list[LabelCalibration]) -> Outcome:
    reached = heard.peaks >= np.array([label.on_threshold for label in labels], np.float32)
    own = reached[np.arange(len(heard.truth)), heard.truth]
    hours = float(heard.hours.sum())
    return Outcome(
        hours=hours,
        told=float(own.mean()),
        false_alarms_per_hour=float((reached.sum() - own.sum()) / hours),
    )


def _quiet_scores(material: Material, fold: int) -> NDArray[np.float32]:
    """Scores of silence and faint noise by a fold's model, float32[stretches, labels].

    A steady sound scores alike in each window, so these are what smoothing gives, too.
    """
    experiment = material.experiment
    run_fold(material, fold)
    classifier = classifier_of(material, (material.fold_folder(fold) / TFLITE_FILE).read_bytes())
    rng = np.random.default_rng(QUIET_SEED)
    stretches = negatives(rng, experiment.features, QUIET_STRETCHES, experiment.window.frames)
    return np.stack([classifier.scores(sound) for sound in stretches])
