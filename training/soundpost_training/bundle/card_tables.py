"""The tables of a model card, and what it says of data and teacher."""

from collections import defaultdict

from soundpost.manifest import Manifest
from soundpost_training.dataset import Clip, Dataset
from soundpost_training.evaluate.calibration import Calibration
from soundpost_training.evaluate.crossval import Summary
from soundpost_training.evaluate.evaluate import Confusion, Evaluation

CONFUSIONS_ON_CARD = 8

MODEL_OF_A_FOLD = """\
The model in this folder is the one of fold {held_out}: it was trained on folds {folds}, and fold
{held_out}'s clips are honest test material for it. As it is shipped, at its temperature, it takes
**{accuracy:.2%}** of them for what they are."""

MODEL_OF_ALL_FOLDS = """\
These figures are of the {networks} networks that each held one fold out. The model in this folder
was trained by the same recipe on all of folds {folds}: it has heard every clip of {data}, and none
is left to judge it by. What can be judged is its twin {twin}, the network of the same recipe that
held out fold {last}; `soundpost-train export --proof` writes both. Of **{agreement:.2%}** of all
clips this model says in int8 what it says in float."""

NON_COMMERCIAL = """
Non-commercial: weights trained on it are not for commercial installs."""

SHARED_SOURCES = """
{clips} clips come from {recordings} source recordings that gave clips of another category to
another fold, as published; they are kept, as in every figure in print."""


BACKGROUND = """
{clips} clips of {labels} were taught as no label in particular: they are nothing to be told of."""


def fold_rows(summary: Summary) -> str:
    """A row per held-out fold: its number, int8, float."""
    rows = [f"| fold {fold.fold} | {fold.int8:.2%} | {fold.real:.2%} |" for fold in summary.folds]
    return "\n".join(rows)


def confusion_rows(confusions: list[Confusion]) -> str:
    """A row per confusion, the most frequent first."""
    rows = [
        f"| {one.label} | {one.taken_for} | {one.clips} |"
        for one in confusions[:CONFUSIONS_ON_CARD]
    ]
    return "\n".join(rows) or "| none | | |"


def label_rows(evaluation: Evaluation) -> str:
    """A row per label, in the order of the model's outputs."""
    rows = [
        f"| {label.name} | {chosen.on_threshold:.3f} | {chosen.told:.0%} "
        f"| {chosen.false_alarms_per_hour:.1f} | {label.recall:.1%} | {label.f1:.3f} |"
        for label, chosen in zip(evaluation.labels, evaluation.calibration.labels, strict=True)
    ]
    return "\n".join(rows)


def shipped_note(manifest: Manifest, evaluation: Evaluation) -> str:
    """Which network the folder holds, and what that means for the figures."""
    training = manifest.training
    folds = ", ".join(map(str, training.folds))
    if evaluation.agreement is None:
        return MODEL_OF_A_FOLD.format(
            held_out=", ".join(map(str, training.held_out_folds)),
            folds=folds,
            accuracy=evaluation.held_out_accuracy,
        )
    last = training.folds[-1]
    return MODEL_OF_ALL_FOLDS.format(
        networks=len(training.folds),
        folds=folds,
        data=training.data,
        twin=twin_id(manifest.id, last),
        last=last,
        agreement=evaluation.agreement,
    )


def twin_id(bundle: str, fold: int) -> str:
    """The id of the bundle that stands in for one of all folds where something is judged."""
    return f"{bundle}-fold{fold}"


def judges(calibration: Calibration) -> str:
    """The folds that judge temperature and thresholds, and why they may."""
    if len(calibration.judged) > 1:
        return "each fold in turn, where the others chose"
    return f"fold {calibration.judged[0].fold}, which chose nothing"


def data_note(dataset: Dataset) -> str:
    """What a reader must know of the data, beginning with a line feed if anything."""
    folds_of = defaultdict(set)
    for clip in dataset.clips:
        folds_of[_source(clip)].add(clip.fold)
    split = {source for source, folds in folds_of.items() if len(folds) > 1}
    clips = sum(_source(clip) in split for clip in dataset.clips)
    note = NON_COMMERCIAL if "NC" in dataset.licence else ""
    if dataset.published and split:
        note += SHARED_SOURCES.format(clips=clips, recordings=len(split))
    if dataset.background:
        labels = ", ".join(sorted({clip.label for clip in dataset.background}))
        note += BACKGROUND.format(clips=len(dataset.background), labels=labels)
    return note


def _source(clip: Clip) -> str:
    """The recording that a clip was cut from, whatever its label."""
    return clip.group.partition("/")[0]
