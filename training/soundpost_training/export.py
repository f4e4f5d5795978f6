"""Writing a bundle: whole or not at all."""

import shutil
import tempfile
from pathlib import Path

import msgspec
import numpy as np

from soundpost.classify import Classifier, load_bundle, replay_golden
from soundpost.manifest import CARD_FILE, GOLDEN_FILE, MANIFEST_FILE, MODEL_FILE, Label, Metric
from soundpost_training.calibrate import calibrated, smoothed
from soundpost_training.card import model_card
from soundpost_training.crossval import TFLITE_FILE, Summary
from soundpost_training.describe import describe
from soundpost_training.errors import TrainingError
from soundpost_training.evaluate import SCORES_FILE, FoldScores, classifier_of
from soundpost_training.golden import golden_archive
from soundpost_training.material import Material


def export(material: Material, summary: Summary, models: Path, command: str) -> Path:
    """The folder of the bundle, replacing an older one of the same name.

    Args:
        material: The experiment and its data.
        summary: The figures over all folds.
        models: The folder that gets the bundle's folder.
        command: What the person typed, for the manifest and the card.

    Raises:
        TrainingError: The bundle cannot be written.
        BundleError: The daemon would refuse the bundle; nothing is written.
    """
    experiment = material.experiment
    folder = material.fold_folder(experiment.bundle.held_out_fold)
    model = (folder / TFLITE_FILE).read_bytes()
    classifier = classifier_of(material, model)
    golden = golden_archive(experiment.features, experiment.window.frames, classifier)
    labels = decision_defaults(material)
    manifest = describe(material, model, golden, labels, _metrics(summary, command), command)
    files = {
        MODEL_FILE: model,
        GOLDEN_FILE: golden,
        MANIFEST_FILE: msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n",
        CARD_FILE: model_card(manifest, material, summary).encode(),
    }
    try:
        return _place(files, models, experiment.bundle.id)
    except OSError as error:
        raise TrainingError(
            f"the bundle cannot be written to {models}: {error.strerror}",
            hint="make room, or name another folder with --models",
        ) from error


def decision_defaults(material: Material) -> list[Label]:
    """Thresholds from the out-of-fold scores of the clips that the shipped model trained on.

    Each of those clips is scored by the model of its own fold, which never heard it; the clips
    of the bundle's held-out fold choose nothing, and stay honest test material.
    """
    experiment, dataset = material.experiment, material.dataset
    chosen = [fold for fold in dataset.folds if fold != experiment.bundle.held_out_fold]
    folds = [FoldScores.load(material.fold_folder(fold) / SCORES_FILE) for fold in chosen]
    scores = np.concatenate([smoothed(fold.int8, fold.owners) for fold in folds])
    truth = np.concatenate([fold.truth[fold.owners] for fold in folds])
    return calibrated(dataset.labels, experiment.features, scores, truth)


def _metrics(summary: Summary, command: str) -> list[Metric]:
    return [
        Metric(
            name="clip_accuracy_int8",
            value=summary.int8_mean,
            spread=summary.int8_spread,
            command=command,
        ),
        Metric(
            name="clip_accuracy_float",
            value=summary.real_mean,
            spread=summary.real_spread,
            command=command,
        ),
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
