"""Tables of a model card, and its sentences on the shipped model and the data."""

import textwrap
from collections import defaultdict

from soundpost.manifest import Manifest
from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.evaluate.accuracy import Summary
from soundpost_training.evaluate.calibration import Calibration
from soundpost_training.evaluate.evaluate import Confusion, Evaluation

CONFUSIONS_ON_CARD = 8
"""The rest is in the report."""

MODEL_OF_A_FOLD = """\
The model in this folder is that of fold {held_out}: it was trained on folds {folds}, and fold
{held_out}'s clips are independent test data. At the shipped temperature it classifies
**{accuracy:.2%}** of them correctly."""

MODEL_OF_ALL_FOLDS = """\
These figures are of the {networks} networks that each held one fold out. The model in this folder
was trained by the same recipe on all of folds {folds}, hence on every clip of {data}, and none is
left to test it on. Its twin {twin}, the network of the same recipe that held out fold {last}, is
tested in its place; `soundpost-train export --proof` writes both. For **{agreement:.2%}** of all
clips this model gives the same label in int8 as in float."""

NON_COMMERCIAL = """
Non-commercial: weights trained on it are not for commercial installs."""

SHARED_SOURCES = """
{clips} clips come from {recordings} source recordings of which another fold has clips of another
label, as published; they are kept, as in all published results."""

BACKGROUND = """
{clips} clips of {labels} are background: they were trained as no label, and are not to be
detected."""


BACKGROUND_LABEL = """
{clips} clips of {names} are background: they were trained as sounds that are not {label}, and
nothing is detected in them. The accuracies above are of {label} against this background."""


def fold_rows(summary: Summary) -> str:
    """Returns a row per held-out fold: its number, int8, float."""
    rows = [f"| fold {fold.fold} | {fold.int8:.2%} | {fold.real:.2%} |" for fold in summary.folds]
    return "\n".join(rows)


def confusion_rows(confusions: list[Confusion]) -> str:
    """Returns a row per confusion, the most frequent first."""
    rows = [
        f"| {confusion.label} | {confusion.taken_for} | {confusion.clips} |"
        for confusion in confusions[:CONFUSIONS_ON_CARD]
    ]
    return "\n".join(rows) or "| none | | |"


def label_rows(evaluation: Evaluation) -> str:
    """Returns a row per label, in the order of the model's outputs."""
    rows = [
        f"| {label.name} | {chosen.on_threshold:.3f} | {chosen.detected:.0%} "
        f"| {chosen.false_alarms_per_hour:.1f} | {label.recall:.1%} | {label.f1:.3f} |"
        for label, chosen in zip(evaluation.labels, evaluation.calibration.labels, strict=True)
    ]
    return "\n".join(rows)


def shipped_note(manifest: Manifest, evaluation: Evaluation) -> str:
    """Returns the sentences on the network in the folder, and on what the figures are of."""
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
    """Returns the id of the bundle that is tested in place of one of all folds."""
    return f"{bundle}-fold{fold}"


def held_out_folds(calibration: Calibration) -> str:
    """Returns the folds that temperature and thresholds are tested on, and why they may be."""
    if len(calibration.evaluated) > 1:
        return "each fold in turn, by settings chosen on the others"
    return f"fold {calibration.evaluated[0].fold}, on which nothing was chosen"


def data_note(dataset: Dataset) -> str:
    """Returns remarks on the data, each starting with a line feed; empty if there are none."""
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
    if dataset.has_background_label:
        clips = sum(clip.label == dataset.labels[-1] for clip in dataset.clips)
        names = ", ".join(dataset.background_names)
        note += BACKGROUND_LABEL.format(clips=clips, names=names, label=dataset.labels[0])
    return note


def count_labels(labels: int) -> str:
    """Returns a number of labels with the noun."""
    return "1 label" if labels == 1 else f"{labels} labels"


def closed_set_note(dataset: Dataset) -> str:
    """Returns the sentence on sounds of other kinds."""
    if dataset.has_background_label:
        return (
            f"It distinguishes {dataset.labels[0]} from the background that it was trained on: a "
            "sound of another kind may be taken for it."
        )
    return (
        f"It has {count_labels(len(dataset.labels))} and no other: a sound of another kind gets "
        "the label it resembles."
    )


def rewrap(paragraph: str, width: int) -> str:
    """Wraps a plain paragraph again, because the inserted texts vary in length."""
    if paragraph.startswith(("#", "|", "```")):
        return paragraph
    end = "\n" * paragraph.endswith("\n")
    return textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False) + end


def _source(clip: Clip) -> str:
    """Returns the recording that a clip was cut from, whatever its label."""
    return clip.group.partition("/")[0]
