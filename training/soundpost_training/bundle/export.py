"""Writing a bundle: whole or not at all."""

from pathlib import Path

import msgspec

from soundpost.classify import Classifier, load_bundle, replay_golden
from soundpost.manifest import CARD_FILE, GOLDEN_FILE, MANIFEST_FILE, MODEL_FILE, Metric
from soundpost_training.bundle.golden import golden_archive
from soundpost_training.bundle.model_card import model_card
from soundpost_training.errors import TrainingError
from soundpost_training.evaluate.calibrate import manifest_labels
from soundpost_training.evaluate.evaluate import Evaluation
from soundpost_training.files import install_folder
from soundpost_training.quantize.int8_model import TFLITE_FILE
from soundpost_training.scoring.manifest import build_manifest
from soundpost_training.scoring.scoring import classifier_of
from soundpost_training.train.context import TrainingContext

LARGEST_LOSS = 0.01
"""Of clip accuracy, from float to int8: a point."""

HELD_OUT_METRIC = "clip_accuracy_int8_held_out"
"""The shipped model, at its temperature, on the clips of the fold that it never heard."""

AGREEMENT_METRIC = "clip_agreement_int8_float"
"""How often a model of all folds says in int8 what it says in float, of the clips it has heard."""


def export(material: TrainingContext, evaluation: Evaluation, models: Path, command: str) -> Path:
    """The folder of the bundle, replacing an older one of the same name.

    Args:
        material: The experiment and its data.
        evaluation: The figures over all folds, with temperature and thresholds.
        models: The folder that gets the bundle's folder.
        command: What the person typed, for the manifest and the card.

    Raises:
        TrainingError: The bundle cannot be written.
        BundleError: The daemon would refuse the bundle; nothing is written.
    """
    files = bundle_files(material, evaluation, command)
    return install_folder(files, models, material.experiment.bundle.id, verify_bundle)


def bundle_files(
    material: TrainingContext, evaluation: Evaluation, command: str
) -> dict[str, bytes]:
    """The files of a bundle by their names; see `export`."""
    experiment, calibration = material.experiment, evaluation.calibration
    folder = material.fold_folder(experiment.bundle.held_out_fold)
    model = (folder / TFLITE_FILE).read_bytes()
    classifier = classifier_of(material, model, calibration.temperature)
    golden = golden_archive(experiment.features, experiment.window.frames, classifier)
    labels = manifest_labels(material, calibration)
    metrics = _metrics(evaluation, command)
    manifest = build_manifest(
        material, model, golden, labels, calibration.temperature, metrics, command
    )
    return {
        MODEL_FILE: model,
        GOLDEN_FILE: golden,
        MANIFEST_FILE: msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n",
        CARD_FILE: model_card(manifest, material, evaluation).encode(),
    }


def verify_bundle(folder: Path) -> None:
    """Returns when the daemon takes the bundle in a folder.

    Raises:
        BundleError: It would not.
    """
    bundle = load_bundle(folder)
    replay_golden(bundle, Classifier(bundle))


def refuse_loss(real: float, int8: float) -> None:
    """Returns when int8 hears about as well as float does.

    Args:
        real: Clip accuracy in float.
        int8: Clip accuracy in int8, of the same clips.

    Raises:
        TrainingError: It loses more than a point.
    """
    if real - int8 > LARGEST_LOSS:
        raise TrainingError(
            f"int8 loses {100 * (real - int8):.2f} points of {100 * real:.2f}, "
            f"expected at most {100 * LARGEST_LOSS:.2f}",
            hint="say quantize.aware_epochs = 20: the same command then lets the networks that are "
            "there get used to int8, by their training folds only; or export it with --force",
        )


def _metrics(evaluation: Evaluation, command: str) -> list[Metric]:
    summary = evaluation.summary
    judged = (HELD_OUT_METRIC, evaluation.held_out_accuracy, 0.0)
    if evaluation.agreement is not None:
        judged = (AGREEMENT_METRIC, evaluation.agreement, 0.0)
    figures = [
        ("clip_accuracy_int8", summary.int8_mean, summary.int8_spread),
        ("clip_accuracy_float", summary.real_mean, summary.real_spread),
        judged,
    ]
    return [
        Metric(name=name, value=value, spread=spread, command=command)
        for name, value, spread in figures
    ]
