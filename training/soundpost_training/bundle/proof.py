"""The proof of a bundle of all folds, for which no test data is left.

A folder on the workstation, with: the twin, which is the bundle of the same recipe that held a
fold out; the scores of every clip by the network that held its fold out; the labels that the
shipped network gives in float; the windows from which the int8 ranges of both were taken; and the
recipe.
"""

import dataclasses
import io
from pathlib import Path

import msgspec
import numpy as np

from soundpost.manifest import Manifest
from soundpost_training.bundle.card_tables import twin_id
from soundpost_training.bundle.export import bundle_files, verify_bundle
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.paths import text_of
from soundpost_training.evaluate.accuracy import Summary
from soundpost_training.evaluate.calibrate import calibrate
from soundpost_training.evaluate.evaluate import Evaluation, evaluate
from soundpost_training.experiment.record import encode_experiment
from soundpost_training.files import install_folder
from soundpost_training.quantize.int8_model import LIST_FILE, calibration_list
from soundpost_training.scoring.fold_scores import AllScores, FoldScores
from soundpost_training.train.context import TrainingContext

PROOF_FILE = "proof.json"
SCORES_FILE = "scores.npz"


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The content of proof.json: bundle, twin, recipe and metrics that belong together.

    Attributes:
        bundle: The manifest of the bundle of all folds.
        twin: The id of the bundle that held a fold out, and the name of its folder.
        recipe: The recipe's hash, as on both cards.
        experiment: The recipe itself, as `encode_experiment` writes it.
        summary: Clip accuracy of each fold, int8 and float.
    """

    bundle: Manifest
    twin: str
    recipe: str
    experiment: msgspec.Raw
    summary: Summary


def prove(
    context: TrainingContext,
    evaluation: Evaluation,
    scores: AllScores,
    bundle: Manifest,
    proofs: Path,
) -> Path:
    """Writes the folder of the proof, replacing an older one of the bundle; returns it.

    Args:
        context: An experiment whose bundle is of all folds, and its data.
        evaluation: Of that experiment.
        scores: Of each fold, and under None of the model of all folds.
        bundle: The manifest of the bundle.
        proofs: The folder that the proof's folder is written to.

    Raises:
        TrainingError: It cannot be written.
        BundleError: The daemon would reject the twin; nothing is written.
    """
    twin = twin_context(context)
    name = twin.experiment.bundle.id
    folds: dict[int | None, FoldScores] = {fold: scores[fold] for fold in context.dataset.folds}
    twin_evaluation = evaluate(
        twin.experiment, twin.dataset, folds, evaluation.summary, calibrate(twin, folds)
    )
    proof = Proof(
        bundle=bundle,
        twin=name,
        recipe=context.recipe,
        experiment=msgspec.Raw(encode_experiment(context.experiment)),
        summary=evaluation.summary,
    )
    files = {
        f"{name}/{file}": content
        for file, content in bundle_files(twin, twin_evaluation, bundle.training.command).items()
    }
    files[PROOF_FILE] = msgspec.json.format(msgspec.json.encode(proof), indent=2) + b"\n"
    files[SCORES_FILE] = _scores(context.dataset, list(folds.values()), scores[None])
    files[LIST_FILE] = calibration_list(context, None)
    files[f"{name}-{LIST_FILE}"] = calibration_list(twin, twin.experiment.bundle.held_out_fold)
    return install_folder(files, proofs, bundle.id, lambda folder: verify_bundle(folder / name))


def twin_context(context: TrainingContext) -> TrainingContext:
    """Returns the same experiment with a bundle that holds the last fold out."""
    bundle, fold = context.experiment.bundle, context.dataset.folds[-1]
    held_out = msgspec.structs.replace(bundle, id=twin_id(bundle.id, fold), held_out_fold=fold)
    experiment = msgspec.structs.replace(context.experiment, bundle=held_out)
    return dataclasses.replace(context, experiment=experiment)


def _scores(dataset: Dataset, folds: list[FoldScores], all_folds: FoldScores) -> bytes:
    """Returns scores.npz, its clips in the order of the folds.

    float16 is enough to see which label scores highest.

    Arrays: clips (file names), folds and truth int64[clips], int8 and real float16[clips, labels]
    by the network that held the clip's fold out, shipped int64[clips], the labels that the network
    of all folds gives in float.
    """
    clips = np.concatenate([fold.clips for fold in folds])
    shipped = np.empty(len(dataset.clips), np.int64)
    shipped[all_folds.clips] = all_folds.of_clips(all_folds.real).argmax(axis=1)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        clips=np.array([text_of(dataset.clips[clip].path.name) for clip in clips]),
        folds=np.array([dataset.clips[clip].fold for clip in clips]),
        truth=np.concatenate([fold.truth for fold in folds]),
        int8=np.concatenate([fold.of_clips(fold.int8) for fold in folds]).astype(np.float16),
        real=np.concatenate([fold.of_clips(fold.real) for fold in folds]).astype(np.float16),
        shipped=shipped[clips],
    )
    return buffer.getvalue()
