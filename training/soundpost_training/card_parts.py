"""The tables of a model card, and what it says of data and teacher."""

from collections import defaultdict

from soundpost_training.config import TeacherConfig
from soundpost_training.crossval import Summary
from soundpost_training.dataset import Clip, Dataset
from soundpost_training.evaluate import Confusion, Evaluation

CONFUSIONS_ON_CARD = 8

TEACHER_NOTE = """
What is learnt is to {weight:.0%} the answers of a teacher of the same fold, at temperature
{temperature:g}, and for the rest the truth. The teacher is an ensemble of heads on layers
{layers} of YAMNet, frozen, fitted on augmented examples of the training folds only; teacher and
student are given the very same ones. YAMNet (Google, Apache-2.0, trained on AudioSet) teaches;
none of its weights is in this bundle."""

NON_COMMERCIAL = """
Non-commercial: weights trained on it are not for commercial installs."""

SHARED_SOURCES = """
{clips} clips come from {recordings} source recordings that gave clips of another category to
another fold, as published; they are kept, as in every figure in print."""


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
    return note


def _source(clip: Clip) -> str:
    """The recording that a clip was cut from, whatever its label."""
    return clip.group.partition("/")[0]


def teacher_note(config: TeacherConfig | None) -> str:
    """How a teacher taught, or nothing."""
    if config is None:
        return ""
    return TEACHER_NOTE.format(
        weight=config.weight,
        temperature=config.temperature,
        layers=", ".join(map(str, config.layers)),
    )
