"""Writing a bundle: whole or not at all."""

import shutil
import tempfile
from pathlib import Path

import msgspec

from soundpost.classify import Classifier, load_bundle, replay_golden
from soundpost.manifest import CARD_FILE, GOLDEN_FILE, MANIFEST_FILE, MODEL_FILE, Metric
from soundpost_training.calibrate import manifest_labels
from soundpost_training.card import model_card
from soundpost_training.crossval import TFLITE_FILE, Summary
from soundpost_training.describe import describe
from soundpost_training.errors import TrainingError
from soundpost_training.evaluate import Evaluation
from soundpost_training.golden import golden_archive
from soundpost_training.material import Material
from soundpost_training.scoring import classifier_of

LARGEST_LOSS = 0.01
"""Of clip accuracy, from float to int8: a point."""

HELD_OUT_METRIC = "clip_accuracy_int8_held_out"
"""The shipped model, at its temperature, on the clips of the fold that it never heard."""


def export(material: Material, evaluation: Evaluation, models: Path, command: str) -> Path:
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
    experiment, calibration = material.experiment, evaluation.calibration
    folder = material.fold_folder(experiment.bundle.held_out_fold)
    model = (folder / TFLITE_FILE).read_bytes()
    classifier = classifier_of(material, model, calibration.temperature)
    golden = golden_archive(experiment.features, experiment.window.frames, classifier)
    labels = manifest_labels(material, calibration)
    metrics = _metrics(evaluation, command)
    manifest = describe(material, model, golden, labels, calibration.temperature, metrics, command)
    files = {
        MODEL_FILE: model,
        GOLDEN_FILE: golden,
        MANIFEST_FILE: msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n",
        CARD_FILE: model_card(manifest, material, evaluation).encode(),
    }
    try:
        return _place(files, models, experiment.bundle.id)
    except OSError as error:
        raise TrainingError(
            f"the bundle cannot be written to {models}: {error.strerror}",
            hint="make room, or name another folder with --models",
        ) from error


def refuse_loss(summary: Summary) -> None:
    """Returns when int8 hears about as well as float does, over all folds.

    Raises:
        TrainingError: It loses more than a point.
    """
    loss = summary.real_mean - summary.int8_mean
    if loss > LARGEST_LOSS:
        raise TrainingError(
            f"int8 loses {100 * loss:.2f} points of {100 * summary.real_mean:.2f}, "
            f"expected at most {100 * LARGEST_LOSS:.2f}",
            hint="raise bundle.calibration_windows, or export it all the same with --force",
        )


def _metrics(evaluation: Evaluation, command: str) -> list[Metric]:
    summary = evaluation.summary
    figures = [
        ("clip_accuracy_int8", summary.int8_mean, summary.int8_spread),
        ("clip_accuracy_float", summary.real_mean, summary.real_spread),
        (HELD_OUT_METRIC, evaluation.held_out_accuracy, 0.0),
    ]
    return [
        Metric(name=name, value=value, spread=spread, command=command)
        for name, value, spread in figures
    ]


def _place(files: dict[str, bytes], models: Path, name: str) -> Path:
    """Writes beside the goal, has the daemon verify it, then puts it in place."""
    models.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=models, prefix=f".{name}-"))
    try:
        for file, content in files.items():
            (partial / file).write_bytes(content)
        bundle = load_bundle(partial)
        replay_golden(bundle, Classifier(bundle))
        partial.chmod(0o755)
        goal = models / name
        if goal.exists():
            old = Path(tempfile.mkdtemp(dir=models, prefix=f".{name}-old-"))
            goal.rename(old / name)
            partial.rename(goal)
            shutil.rmtree(old)
        else:
            partial.rename(goal)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return goal
