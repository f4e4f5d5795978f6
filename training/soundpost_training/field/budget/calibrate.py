"""Calibrates a bundle on negatives and annotated recordings, through the daemon's stages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from soundpost.classify import Bundle
from soundpost.config import DecideConfig
from soundpost.errors import did_you_mean
from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.errors import DatasetError, ExperimentError
from soundpost_training.field.budget.thresholds import (
    FieldCalibration,
    Limits,
    choose_thresholds,
    thresholds_from,
)
from soundpost_training.field.recordings.field_set import read_field_set, read_negatives
from soundpost_training.field.recordings.recording import FieldSet
from soundpost_training.field.recordings.vocabulary import Vocabulary
from soundpost_training.field.score.evaluate import shipped_rules
from soundpost_training.field.score.label_names import build_vocabulary, groups_of_labels
from soundpost_training.field.score.run import run_field
from soundpost_training.field.score.threshold_sweep import ThresholdSweep
from soundpost_training.soundscape.detect.models import BundleModel

NAMED = 3
"""Recordings that an error names."""

LARGEST_BUDGET_PER_HOUR = 3600.0
"""The largest that a manifest may state: an event a second."""


@dataclass(frozen=True, slots=True)
class CalibrationCase:
    """A bundle to be calibrated, and the recordings to do it with.

    Attributes:
        bundle: The bundle.
        negatives: A field folder, or a folder of negatives.
        annotated: A field folder with annotations; None for none.
        label_map: Groups and other names of labels.
        command: The command line, for the record.
    """

    bundle: Bundle
    negatives: Path
    annotated: Path | None
    label_map: LabelMap
    command: str


def calibrate_bundle(case: CalibrationCase, limits: Limits) -> FieldCalibration:
    """Chooses the thresholds of all labels of a bundle, those that are off by default too.

    Raises:
        DatasetError: A folder is invalid, or has no negatives that can be read.
        ExperimentError: No threshold is as high as the lowest one that is allowed.
    """
    manifest = case.bundle.manifest
    vocabulary = build_vocabulary(manifest.labels, case.label_map)
    field_set = _recordings(case, vocabulary)
    rules = shipped_rules(case.bundle, DecideConfig(include=list(manifest.label_names)))
    thresholds = thresholds_from(limits.lowest_on)
    model = BundleModel(case.bundle, f"{manifest.id} {manifest.version}")
    counts = run_field(field_set, model, [], ThresholdSweep(rules, thresholds))
    labels = [rule.label for rule in rules]
    tally = next(iter(counts.by_threshold.values()))
    if not tally.negative_hours:
        raise DatasetError(
            f"expected negatives in {case.negatives}, got none that can be read: "
            + ("; ".join(counts.notes[:NAMED]) or "none of its recordings is one"),
            hint="a budget is kept on recordings of the place without the sounds of the bundle",
        )
    without = [label for label in labels if not tally.sounds[label]]
    notes = [f"left out: {reason}" for reason in field_set.left_out] + list(counts.notes)
    strictest = min((limits.budget, *limits.budgets.values()))
    if tally.negative_hours * strictest < 1.0:
        notes.append(
            f"{tally.negative_hours:.2f} h of negatives are too few to show {strictest:g} an "
            f"hour: a single event in them is {1.0 / tally.negative_hours:.2f} an hour"
        )
    if without:
        notes.append(f"not annotated, so chosen by false events alone: {', '.join(without)}")
    return FieldCalibration(
        bundle=model.name,
        command=case.command,
        limits=limits,
        negative_hours=tally.negative_hours,
        labels=choose_thresholds(counts.by_threshold, labels, limits),
        notes=notes,
    )


def parse_budgets(
    texts: Sequence[str], bundle: Bundle, label_map: LabelMap
) -> tuple[float, dict[str, float]]:
    """Returns the budget of all labels, and those of single ones.

    Args:
        texts: Numbers, one of them alone and others as `LABEL=NUMBER` or `GROUP=NUMBER`.
        bundle: Its labels may be named.
        label_map: Its groups may be named, where the bundle does not say more.

    Raises:
        ExperimentError: A text is no budget, or names no label and no group.
    """
    labels = bundle.manifest.label_names
    groups = groups_of_labels(bundle.manifest.labels, label_map)
    budget: float | None = None
    by_label: dict[str, float] = {}
    # The budget of a label wins over that of its group, in whatever order they are given.
    for text in sorted(texts, key=lambda text: text.partition("=")[0] in labels):
        name, equals, number = text.rpartition("=")
        value = _number(number, text)
        if not equals:
            budget = value
            continue
        members = (
            [name] if name in labels else [each for each in labels if groups.get(each) == name]
        )
        if not members:
            raise ExperimentError(
                f"--budget {text}: expected a label or a group, got {name!r}",
                hint=did_you_mean(name, [*labels, *groups.values()]),
            )
        by_label.update(dict.fromkeys(members, value))
    if budget is None:
        raise ExperimentError(
            "--budget needs a number for all labels", hint="such as --budget 0.5 --budget dog=1"
        )
    return budget, by_label


def _number(number: str, text: str) -> float:
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= LARGEST_BUDGET_PER_HOUR:
        raise ExperimentError(
            f"--budget {text}: expected false events an hour, got {number!r}",
            hint="such as 0.5, or dog=1",
        )
    return value


def _recordings(case: CalibrationCase, vocabulary: Vocabulary) -> FieldSet:
    """Returns all recordings; those that are in both folders once, as the annotated one says."""
    negatives = read_negatives(case.negatives, vocabulary)
    if case.annotated is None or case.annotated.resolve() == case.negatives.resolve():
        return negatives
    annotated = read_field_set(case.annotated, vocabulary)
    known = {each.path.resolve() for each in annotated.recordings}
    only = (each for each in negatives.recordings if each.path.resolve() not in known)
    return replace(
        annotated,
        recordings=(*only, *annotated.recordings),
        left_out=(*negatives.left_out, *annotated.left_out),
    )
