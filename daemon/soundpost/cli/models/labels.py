"""`soundpost labels`: lists what a model detects, and from which score on."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TextIO

from soundpost.classify import find_bundle, load_bundle
from soundpost.classify.range import LabelRange
from soundpost.cli.models.occurrence import required_label_ranges
from soundpost.config import Config, DecideConfig
from soundpost.decide import LabelNames, UndetectedReason, build_rules, undetected_labels
from soundpost.decide.rules.rules import build_label_names
from soundpost.heads.attach import manifests_with_heads
from soundpost.manifest import Manifest
from soundpost.system.printable import printable

REASONS: dict[UndetectedReason, str] = {
    "excluded": "excluded",
    "not_included": "not included",
    "missed_budget": "missed budget",
    "context": "context only",
}
"""The words of the reason for which a label is off."""
_SCORES_WIDTH = 21
"""Of the two columns of thresholds, in whose place a label that is off has its reason."""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A label as it is listed; the attributes are the keys of the JSON.

    Attributes:
        model: The id of its model.
        label: Its name.
        on_threshold: The smoothed score that starts an event; None if it is not detected.
        off_threshold: The smoothed score below which an event ends; None if it is not detected.
        groups: The groups that it is in, that of the bundle first.
        profile: The profile that applies to it, or None.
        is_detected: False if it is off.
        off_reason: The reason for which it is off: `excluded` or `not_included` by the
            configuration, `missed_budget` or `context` by the bundle; None if it is detected.
        false_events_per_hour: The budget of false events that the bundle's threshold keeps to.
        recall: The share of events that are detected at the bundle's threshold.
        is_speech: True if `evidence.privacy` silences it by its score.
        occurrence: The score of the range model at the place in the week; None if it is not run,
            or for a label that is not the model's.
        occurs: True if that score reaches the threshold; None as before.
    """

    model: str
    label: str
    on_threshold: float | None
    off_threshold: float | None
    groups: list[str]
    profile: str | None
    is_detected: bool
    off_reason: UndetectedReason | None
    false_events_per_hour: float | None
    recall: float | None
    is_speech: bool
    occurrence: float | None = None
    occurs: bool | None = None


def labels(config: Config, out: TextIO, *, is_json: bool, week: int | None = None) -> None:
    """Prints a row for each label of the configured bundles and heads, with its settings.

    Args:
        config: The configuration.
        out: Receives the rows.
        is_json: True for one JSON array in place of a table.
        week: Marks the labels that occur at the node in this week, from 1 to 48; None for no marks.

    Raises:
        BundleError: The bundle cannot be used.
        ConfigError: The configuration does not fit it, or no bundle has a range model for
            the week.
    """
    tables, notes = [], []
    models = [(model.decide, load_bundle(find_bundle(model.bundle))) for model in config.all_models]
    ranges: Sequence[LabelRange | None] = [None] * len(models)
    if week is not None:
        ranges = required_label_ranges(config.node, models)
    manifests = manifests_with_heads(config.heads, [bundle for _, bundle in models])
    for (decide, _), manifest, label_range in zip(models, manifests, ranges, strict=True):
        rows, note = _rows(decide, manifest), ""
        if week is not None and label_range is not None:
            rows = _mark(rows, label_range, week)
            note = f"\n{label_range.describe(week)}\n"
        tables.append(rows)
        notes.append(note)
    if is_json:
        out.write(json.dumps([asdict(row) for rows in tables for row in rows], indent=1) + "\n")
        return
    for number, (rows, note) in enumerate(zip(tables, notes, strict=True)):
        if len(tables) > 1:
            blank_line = "\n" if number else ""
            out.write(f"{blank_line}{rows[0].model}\n")
        _write_table(rows, out)
        out.write(note)


def _mark(rows: Sequence[LabelRow], label_range: LabelRange, week: int) -> list[LabelRow]:
    """Returns the rows with the labels marked that occur in a week."""
    scores = dict(zip(label_range.labels, label_range.scores[week - 1].tolist(), strict=True))
    occurring = set(label_range.occurring(week))
    return [
        replace(row, occurrence=scores[row.label], occurs=row.label in occurring)
        if row.label in scores
        else row
        for row in rows
    ]


def _write_table(rows: list[LabelRow], out: TextIO) -> None:
    """Writes a line for each label; recall and budget only if the bundle states any."""
    width = max(len("label"), *(len(row.label) for row in rows))
    has_budgets = any(
        row.recall is not None or row.false_events_per_hour is not None for row in rows
    )
    has_range = any(row.occurs is not None for row in rows)
    more = ("  recall  budget/h" if has_budgets else "") + ("  occurs, score" if has_range else "")
    out.write(f"{'label':{width}}  starts at  ends below{more}  profile, groups\n")
    for row in rows:
        notes = printable(", ".join(filter(None, [row.profile, *row.groups])))
        if row.off_reason is None:
            scores = f"{row.on_threshold:9.2f}  {row.off_threshold:10.2f}"
        else:
            scores = f"{REASONS[row.off_reason]:>9}"
        calibration = f"  {_percent(row.recall)}  {_number(row.false_events_per_hour)}"
        line = f"{row.label:{width}}  {scores:{_SCORES_WIDTH}}{calibration if has_budgets else ''}"
        line += f"  {_occurrence(row)}" if has_range else ""
        out.write(f"{line}  {notes}".rstrip() + "\n")
    if has_budgets:
        out.write("\nrecall, budget/h of false events: of the bundle's own thresholds\n")


def _percent(share: float | None) -> str:
    return f"{'-' if share is None else f'{100 * share:.0f} %':>6}"


def _number(value: float | None) -> str:
    return f"{'-' if value is None else f'{value:g}':>8}"


def _occurrence(row: LabelRow) -> str:
    if row.occurrence is None:
        return f"{'-':13}"
    return f"{'yes' if row.occurs else 'no':6}  {row.occurrence:5.3f}"


def _rows(config: DecideConfig, manifest: Manifest) -> list[LabelRow]:
    """Returns a row for each label of the model, and for `unknown` and `any` if they are on."""
    label_names = build_label_names(manifest.labels, config)
    off = undetected_labels(manifest.labels, config, label_names)
    sample_rate_hz = manifest.input.sample_rate_hz
    rules = {rule.label: rule for rule in build_rules(manifest.labels, config, sample_rate_hz)}
    by_name = {label.name: label for label in manifest.labels}
    profiles = _profiles(config, label_names)

    def row(name: str) -> LabelRow:
        rule, label = rules.get(name), by_name.get(name)
        groups = label_names.groups_of(name)
        return LabelRow(
            model=manifest.id,
            label=name,
            on_threshold=rule.on_threshold if rule else None,
            off_threshold=rule.off_threshold if rule else None,
            groups=groups,
            profile=[
                config.profile,
                *(profile for place, profile in profiles if place in groups),
                *(profile for place, profile in profiles if place == name),
            ][-1],
            is_detected=rule is not None,
            off_reason=off.get(name),
            false_events_per_hour=label.false_events_per_hour if label else None,
            recall=label.recall if label else None,
            is_speech=label.speech if label else False,
        )

    return [row(name) for name in label_names.labels]


def _profiles(config: DecideConfig, label_names: LabelNames) -> list[tuple[str, str]]:
    """Returns the profiles that tables of `decide.labels` name, each with its label or group."""
    return [
        (exact, table.profile)
        for name, table in config.labels.items()
        for exact in label_names.find_exact([name])
        if table.profile is not None
    ]
