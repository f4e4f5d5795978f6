"""What a bundle of all folds is held to, for its own data can no longer judge it.

A folder beside the bundles, for a workstation: the twin, which is the bundle of the same recipe
that held a fold out; the scores that every clip got from the network which never heard it; what
the shipped network itself says in float; the windows that the int8 ranges of both were taken from;
and the recipe.
"""

import dataclasses
import io
from pathlib import Path

import msgspec
import numpy as np

from soundpost.manifest import Manifest
from soundpost_training.bundle.card_tables import twin_id
from soundpost_training.bundle.export import bundle_files, verify_bundle
from soundpost_training.evaluate.calibrate import calibrate
from soundpost_training.evaluate.crossval import Summary, run_fold
from soundpost_training.evaluate.evaluate import Evaluation, evaluate
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.files import install_folder
from soundpost_training.quantize.int8_model import LIST_FILE, calibration_list
from soundpost_training.train.context import TrainingContext

PROOF_FILE = "proof.json"
SCORES_FILE = "scores.npz"


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What belongs together, and by which figures.

    Attributes:
        bundle: The manifest of the bundle of all folds.
        twin: The id of the bundle that held a fold out, and the name of its folder.
        recipe: What both cards call it.
        experiment: The recipe itself.
        summary: Clip accuracy of each fold, int8 and float.
    """

    bundle: Manifest
    twin: str
    recipe: str
    experiment: Experiment
    summary: Summary


def prove(
    material: TrainingContext, evaluation: Evaluation, bundle: Manifest, proofs: Path, command: str
) -> Path:
    """The folder of the proof, replacing an older one of the same bundle.

    Args:
        material: An experiment whose bundle is of all folds, and its data.
        evaluation: Of that experiment.
        bundle: The manifest of the bundle.
        proofs: The folder that gets the proof's folder.
        command: What the person typed.

    Raises:
        TrainingError: It cannot be written.
        BundleError: The daemon would refuse the twin; nothing is written.
    """
    other = twin(material)
    name = other.experiment.bundle.id
    told = evaluate(other, evaluation.summary, calibrate(other))
    proof = Proof(
        bundle=bundle,
        twin=name,
        recipe=material.recipe,
        experiment=material.experiment,
        summary=evaluation.summary,
    )
    files = {
        f"{name}/{file}": content for file, content in bundle_files(other, told, command).items()
    }
    files[PROOF_FILE] = msgspec.json.format(msgspec.json.encode(proof), indent=2) + b"\n"
    files[SCORES_FILE] = _scores(material)
    files[LIST_FILE] = calibration_list(material, None)
    files[f"{name}-{LIST_FILE}"] = calibration_list(other, other.experiment.bundle.held_out_fold)
    return install_folder(files, proofs, bundle.id, lambda folder: verify_bundle(folder / name))


def twin(material: TrainingContext) -> TrainingContext:
    """The same experiment, but that its bundle holds the last fold out."""
    bundle, fold = material.experiment.bundle, material.dataset.folds[-1]
    judged = msgspec.structs.replace(bundle, id=twin_id(bundle.id, fold), held_out_fold=fold)
    experiment = msgspec.structs.replace(material.experiment, bundle=judged)
    return dataclasses.replace(material, experiment=experiment)


def _scores(material: TrainingContext) -> bytes:
    """The clips in the order of the folds; float16 says which label is highest.

    Arrays: clips (file names), folds and truth int64[clips], int8 and real float16[clips, labels]
    by the network that held the clip's fold out, shipped int64[clips], the label that the network
    of all folds gives in float.
    """
    dataset = material.dataset
    folds = [run_fold(material, fold) for fold in dataset.folds]
    clips = np.concatenate([fold.clips for fold in folds])
    heard = run_fold(material, None)
    shipped = np.empty(len(dataset.clips), np.int64)
    shipped[heard.clips] = heard.of_clips(heard.real).argmax(axis=1)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        clips=np.array([dataset.clips[clip].path.name for clip in clips]),
        folds=np.array([dataset.clips[clip].fold for clip in clips]),
        truth=np.concatenate([fold.truth for fold in folds]),
        int8=np.concatenate([fold.of_clips(fold.int8) for fold in folds]).astype(np.float16),
        real=np.concatenate([fold.of_clips(fold.real) for fold in folds]).astype(np.float16),
        shipped=shipped[clips],
    )
    return buffer.getvalue()
