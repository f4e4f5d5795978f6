"""`soundpost labels`: lists what a model detects, and from which score on."""

import json
from dataclasses import asdict, dataclass
from typing import TextIO

from soundpost.classify import find_bundle, load_bundle
from soundpost.config import Config, DecideConfig
from soundpost.decide import build_rules
from soundpost.system.printable import printable


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A label as it is listed; the attributes are the keys of the JSON.

    Attributes:
        label: Its name.
        on_threshold: The smoothed score that starts an event; None if it is excluded.
        off_threshold: The smoothed score below which an event ends; None if it is excluded.
        groups: The groups that it is in.
        profile: The profile that applies to it, or None.
        is_detected: False if it is excluded, or not included.
    """

    label: str
    on_threshold: float | None
    off_threshold: float | None
    groups: list[str]
    profile: str | None
    is_detected: bool


def labels(config: Config, out: TextIO, *, is_json: bool) -> None:
    """Prints a row for each label of the configured bundle, with the configuration's settings.

    Raises:
        BundleError: The bundle cannot be used.
        ConfigError: The configuration does not fit it.
    """
    bundle = load_bundle(find_bundle(config.classify.bundle))
    rows = _rows(
        config.decide,
        bundle.manifest.label_names,
        {
            rule.label: (rule.on_threshold, rule.off_threshold)
            for rule in build_rules(
                bundle.manifest.labels, config.decide, bundle.manifest.input.features.sample_rate_hz
            )
        },
    )
    if is_json:
        out.write(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
        return
    width = max(len("label"), *(len(row.label) for row in rows))
    out.write(f"{'label':{width}}  starts at  ends below  profile, groups\n")
    for row in rows:
        notes = printable(", ".join(filter(None, [row.profile, *row.groups])))
        scores = f"{'excluded':>9}  {'':10}"
        if row.is_detected:
            scores = f"{row.on_threshold:9.2f}  {row.off_threshold:10.2f}"
        out.write(f"{row.label:{width}}  {scores}  {notes}".rstrip() + "\n")


def _rows(
    config: DecideConfig, names: list[str], thresholds: dict[str, tuple[float, float]]
) -> list[LabelRow]:
    """Returns a row for each label of the model, and for `unknown` and `any` if they are on."""
    rows = []
    for name in [*names, *(label for label in thresholds if label not in names)]:
        on, off = thresholds.get(name, (None, None))
        groups = [group for group, members in config.groups.items() if name in members]
        rows.append(
            LabelRow(
                label=name,
                on_threshold=on,
                off_threshold=off,
                groups=groups,
                profile=_profile(config, name, groups),
                is_detected=name in thresholds,
            )
        )
    return rows


def _profile(config: DecideConfig, name: str, groups: list[str]) -> str | None:
    """Returns the profile of the label, of its groups (the last one named), or of all labels."""
    places = [name, *(place for place in reversed(config.labels) if place in groups)]
    for place in places:
        if place in config.labels and config.labels[place].profile is not None:
            return config.labels[place].profile
    return config.profile
