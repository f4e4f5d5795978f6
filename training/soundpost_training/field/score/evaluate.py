"""Evaluates a bundle on a field folder, beside YAMNet run in the same way."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from soundpost.classify import Bundle
from soundpost.config import Config, DecideConfig
from soundpost.decide import Rule, build_rules
from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.errors import DatasetError
from soundpost_training.field.recordings.field_set import read_field_set
from soundpost_training.field.recordings.recording import FieldSet
from soundpost_training.field.score.figures import FieldReport, MethodFigures
from soundpost_training.field.score.label_names import (
    audioset_classes,
    build_vocabulary,
    groups_of_labels,
)
from soundpost_training.field.score.matching import COLLAR_SECONDS
from soundpost_training.field.score.not_applied import settings_note
from soundpost_training.field.score.run import FieldCounts, run_field
from soundpost_training.field.score.summary import Method, curve, summarize
from soundpost_training.field.score.tally import Tally
from soundpost_training.field.score.threshold_sweep import ThresholdSweep
from soundpost_training.scoring.thresholds import label_defaults
from soundpost_training.soundscape.detect.models import BundleModel, YamnetModel

YAMNET_ON = 0.5
"""The threshold of YAMNet that stands for its use without any choice."""


@dataclass(frozen=True, slots=True)
class Case:
    """A bundle to be evaluated, and the field folder that it is evaluated on.

    Attributes:
        folder: The field folder.
        bundle: The bundle.
        config: Its tables `[gate]` and `[decide]` apply.
        yamnet: YAMNet's file; None to leave the comparison out.
        label_map: Groups, other names and AudioSet classes of labels.
        command: The command line, for the report.
    """

    folder: Path
    bundle: Bundle
    config: Config
    yamnet: Path | None
    label_map: LabelMap
    command: str


def evaluate_field(case: Case) -> FieldReport:
    """Evaluates a bundle on a field folder.

    Raises:
        DatasetError: The field folder is invalid, or YAMNet's file is absent.
        ConfigError: The settings do not fit the bundle.
    """
    manifest = case.bundle.manifest
    field_set = read_field_set(case.folder, build_vocabulary(manifest.labels, case.label_map))
    model = BundleModel(case.bundle, f"{manifest.id} {manifest.version}")
    rules = shipped_rules(case.bundle, case.config.decide)
    groups = groups_of_labels(manifest.labels, case.label_map)
    annotated = [rule for rule in rules if rule.label in field_set.labels]
    peer = _Peer(case, rules) if case.yamnet is not None else None
    counts = run_field(field_set, model, rules, ThresholdSweep(annotated), case.config.gate)
    methods = [summarize(counts.shipped, Method(model.name, "shipped", rules, groups))]
    if peer is not None:
        shared = [rule for rule in rules if rule.label in peer.model.labels]
        origin = "shipped, labels that YAMNet has"
        methods.append(summarize(counts.shipped, Method(model.name, origin, shared, groups)))
        methods += peer.methods(field_set, groups, methods[-1].recall)
    notes = _notes(field_set, case.bundle, rules, peer)
    return FieldReport(
        bundle=model.name,
        command=case.command,
        folder=str(case.folder),
        recordings=counts.recordings,
        annotated_hours=counts.shipped.annotated_seconds / 3600,
        negative_hours=counts.shipped.negative_hours,
        collar_seconds=COLLAR_SECONDS,
        methods=methods,
        curves={rule.label: curve(counts.by_threshold, rule.label) for rule in annotated},
        notes=[note for note in (*notes, settings_note(case.config), *counts.notes) if note],
    )


def shipped_rules(bundle: Bundle, decide: DecideConfig) -> list[Rule]:
    """Returns the daemon's rules for the labels of a bundle; none for `unknown` and `any`.

    Raises:
        ConfigError: The settings do not fit the bundle.
    """
    manifest = bundle.manifest
    rules = build_rules(manifest.labels, decide, manifest.input.sample_rate_hz)
    return [rule for rule in rules if rule.index < len(manifest.labels)]


class _Peer:
    """YAMNet with the decisions of a bundle's defaults, on the labels that both have.

    Args:
        case: The evaluation.
        rules: The bundle's rules.

    Raises:
        DatasetError: YAMNet's file is absent.
    """

    def __init__(self, case: Case, rules: Sequence[Rule]) -> None:
        labels = tuple(rule.label for rule in rules)
        if case.yamnet is None:
            raise DatasetError("expected YAMNet's file, got none", hint="leave out --no-peer")
        classes = audioset_classes(labels, case.label_map)
        self.model = YamnetModel(case.yamnet, labels, classes)

    def rules(self, threshold: float) -> list[Rule]:
        """Returns the rules with one threshold for all labels, and a bundle's defaults else."""
        spec = self.model.spec
        labels = [label_defaults(label, threshold, spec) for label in self.model.labels]
        return list(build_rules(labels, DecideConfig(), spec.sample_rate_hz)) if labels else []

    def methods(
        self, field_set: FieldSet, groups: dict[str, str], recall: float
    ) -> list[MethodFigures]:
        """Returns the figures at YAMNet's usual threshold, and at the bundle's recall.

        Args:
            field_set: The recordings.
            groups: The groups of the labels.
            recall: The bundle's mean recall on the shared labels.
        """
        rules = self.rules(YAMNET_ON)
        if not rules:
            return []
        counts = run_field(field_set, self.model, rules, ThresholdSweep(rules))
        usual = summarize(
            counts.shipped, Method(self.model.name, f"all at {YAMNET_ON:g}", rules, groups)
        )
        if not recall:
            return [usual]
        threshold, tally = _at_recall(counts, rules, recall)
        origin = f"all at {threshold:g}, for the recall of the bundle"
        equal = Method(self.model.name, origin, self.rules(threshold), groups)
        return [usual, summarize(tally, equal)]


def _at_recall(counts: FieldCounts, rules: Sequence[Rule], recall: float) -> tuple[float, Tally]:
    """Returns the highest threshold with at least this mean recall, or else the lowest one."""
    plain = Method("", "", rules, {})
    ordered = sorted(counts.by_threshold.items(), reverse=True)
    reached = (item for item in ordered if summarize(item[1], plain).recall >= recall)
    return next(reached, ordered[-1])


def _notes(
    field_set: FieldSet, bundle: Bundle, rules: Sequence[Rule], peer: _Peer | None
) -> list[str]:
    """Returns a line for each kind of thing that was not scored."""
    known = set(bundle.manifest.label_names)
    scored = {rule.label for rule in rules}
    missing = [label for label in field_set.labels if label not in known]
    off = [label for label in field_set.labels if label in known - scored]
    never = [
        label for label in bundle.manifest.label_names if label in scored - set(field_set.labels)
    ]
    lines = [
        _counted("annotated, but the bundle has no such label", missing, field_set),
        _counted("annotated, but off in the bundle or in the settings", off, field_set),
        f"never annotated, so without recall: {', '.join(never)}" if never else "",
    ]
    if peer is not None:
        without = [label for label in scored if label not in peer.model.labels]
        lines.append(f"YAMNet has no class for: {', '.join(sorted(without))}" if without else "")
    lines += [f"left out: {reason}" for reason in field_set.left_out]
    return [line for line in lines if line]


def _counted(title: str, labels: Sequence[str], field_set: FieldSet) -> str:
    counts = ", ".join(f"{label} ({field_set.sound_count(label)})" for label in labels)
    return f"{title}: {counts}" if counts else ""
