"""Writes a bundle, completely or not at all."""

from pathlib import Path

import msgspec

from soundpost.classify import (
    Bundle,
    Classifier,
    load_bundle,
    replay_golden,
    require_equal_parts,
)
from soundpost.manifest import CARD_FILE, GOLDEN_FILE, MANIFEST_FILE, MODEL_FILE, Manifest, Metric
from soundpost_training.bundle.golden import bundle_golden
from soundpost_training.bundle.model_card import model_card
from soundpost_training.errors import TrainingError
from soundpost_training.evaluate.calibration import manifest_labels
from soundpost_training.evaluate.evaluate import Evaluation
from soundpost_training.files import install_folder
from soundpost_training.runs.run_folder import TFLITE_FILE
from soundpost_training.scoring.classifier import NO_GOLDEN
from soundpost_training.scoring.manifest import (
    BundleContent,
    Decisions,
    Measurements,
    build_manifest,
)
from soundpost_training.train.context import TrainingContext

LARGEST_LOSS = 0.01
"""Of clip accuracy, from float to int8: one percentage point."""

HELD_OUT_METRIC = "clip_accuracy_int8_held_out"
"""Clip accuracy of the shipped model, at its temperature, on the fold that it held out."""

AGREEMENT_METRIC = "clip_agreement_int8_float"
"""Share of its training clips to which a model of all folds gives one label in int8 and float."""


def export(context: TrainingContext, evaluation: Evaluation, models: Path, command: str) -> Path:
    """Writes the folder of the bundle, replacing an older one of the same name; returns it.

    Args:
        context: The experiment and its data.
        evaluation: The metrics over all folds, with temperature and thresholds.
        models: The folder that the bundle's folder is written to.
        command: The command line, for the manifest and the card.

    Raises:
        TrainingError: The bundle cannot be written.
        BundleError: The daemon would reject the bundle; nothing is written.
    """
    files = bundle_files(context, evaluation, command)
    return install_folder(files, models, context.experiment.bundle.id, verify_bundle)


def bundle_files(
    context: TrainingContext, evaluation: Evaluation, command: str
) -> dict[str, bytes]:
    """Returns the files of a bundle by their names; see `export`."""
    experiment, dataset = context.experiment, context.dataset
    calibration = evaluation.calibration
    folder = context.fold_folder(experiment.bundle.held_out_fold)
    model = (folder / TFLITE_FILE).read_bytes()
    labels = manifest_labels(experiment.features, calibration)

    def manifest_of(golden: bytes) -> Manifest:
        return build_manifest(
            experiment,
            dataset,
            BundleContent(model, golden),
            Decisions(labels, calibration.temperature),
            Measurements(_metrics(evaluation, command), command),
        )

    golden = bundle_golden(Bundle(folder, manifest_of(NO_GOLDEN), model))
    manifest = manifest_of(golden)
    return {
        MODEL_FILE: model,
        GOLDEN_FILE: golden,
        MANIFEST_FILE: msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n",
        CARD_FILE: model_card(manifest, experiment, dataset, folder, evaluation).encode(),
    }


def verify_bundle(folder: Path) -> None:
    """Loads the bundle in a folder as the daemon does, and replays its golden vectors.

    The parts of a model that computes each frame once must give the scores of the whole window.

    Raises:
        BundleError: The daemon would reject it.
    """
    bundle = load_bundle(folder)
    classifier = Classifier(bundle)
    replay_golden(bundle, classifier)
    if bundle.manifest.streaming is not None:
        require_equal_parts(bundle, classifier)


def require_small_loss(real: float, int8: float) -> None:
    """Checks that int8 classifies about as well as float.

    Args:
        real: Clip accuracy in float.
        int8: Clip accuracy in int8, of the same clips.

    Raises:
        TrainingError: It loses more than one point.
    """
    if real - int8 > LARGEST_LOSS:
        raise TrainingError(
            f"expected int8 to lose at most {100 * LARGEST_LOSS:.2f} points of "
            f"{100 * real:.2f}, got a loss of {100 * (real - int8):.2f}",
            hint="set quantize.aware_epochs = 20: the same command then fine-tunes the trained "
            "networks for int8, on their training folds only; or export with --force",
        )


def _metrics(evaluation: Evaluation, command: str) -> list[Metric]:
    summary = evaluation.summary
    tested = (HELD_OUT_METRIC, evaluation.held_out_accuracy, 0.0)
    if evaluation.agreement is not None:
        tested = (AGREEMENT_METRIC, evaluation.agreement, 0.0)
    metrics = [
        ("clip_accuracy_int8", summary.int8_mean, summary.int8_spread),
        ("clip_accuracy_float", summary.real_mean, summary.real_spread),
        tested,
    ]
    return [
        Metric(name=name, value=value, spread=spread, command=command)
        for name, value, spread in metrics
    ]
