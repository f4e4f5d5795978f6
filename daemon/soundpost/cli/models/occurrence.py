"""The labels of a bundle that occur at the node, for the commands that list them."""

import time
from collections.abc import Sequence

from soundpost.classify import Bundle
from soundpost.classify.range import LabelRange, build_label_range, week_at
from soundpost.config import DecideConfig, NodeConfig
from soundpost.decide import build_rules
from soundpost.errors import ConfigError
from soundpost.system.clock import clock_state


def this_week() -> int:
    """Returns the week by this machine's clock, from 1 to 48."""
    return week_at(time.time_ns())


def describe_range(node: NodeConfig, decide: DecideConfig, bundle: Bundle) -> str:
    """Returns how many labels of a bundle with a range model remain at the node, and why.

    Raises:
        BundleError, ConfigError: As `build_label_range`.
    """
    labels = len(bundle.manifest.labels)
    label_range = build_label_range(node, decide, bundle)
    if label_range is None:
        reason = "node.latitude and node.longitude are not set"
        if node.place is not None:
            reason = 'decide.range is "off"'
        return f"off: {reason}, so all {labels} labels count as occurring"
    week = this_week()
    occurring = set(label_range.occurring(week))
    rules = build_rules(bundle.manifest.labels, decide, bundle.manifest.input.sample_rate_hz)
    remaining = [rule.label for rule in rules if not rule.follows_range or rule.label in occurring]
    synced = "" if clock_state() == "synced" else "; off until the clock is synced"
    return (
        f"{label_range.describe(week)}; {len(remaining)} of the {len(rules)} that are detected can "
        f"start an event{synced}"
    )


def required_label_ranges(
    node: NodeConfig, models: Sequence[tuple[DecideConfig, Bundle]]
) -> list[LabelRange | None]:
    """Returns the labels of each model that occur at the node; None of a model without a range.

    Args:
        node: Has the place.
        models: The rules and the bundle of each.

    Raises:
        BundleError: A range model cannot be used.
        ConfigError: No bundle has a range model, the place is not set, `decide.range` is off, or
            no label occurs there in any week.
    """
    if all(bundle.manifest.range is None for _, bundle in models):
        ids = " or ".join(bundle.manifest.id for _, bundle in models)
        raise ConfigError(
            f"the bundle {ids} has no range model",
            hint="leave --range and --week out, or use a bundle that was imported with one",
        )
    if node.place is None:
        raise ConfigError(
            "the labels that occur depend on the place, which is not set",
            hint="set node.latitude and node.longitude, or give --latitude and --longitude",
        )
    ranges = [build_label_range(node, decide, bundle) for decide, bundle in models]
    if all(label_range is None for label_range in ranges):
        raise ConfigError(
            'decide.range is "off", so every label may be detected',
            hint="leave --range and --week out, or remove decide.range",
        )
    return ranges
