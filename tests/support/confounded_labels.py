"""Labels of a bundle with a group and a context label, and the confounders in their rules."""

from decision_labels import label

from soundpost.config import DecideConfig
from soundpost.decide import LabelNames, build_rules

RATE_HZ = 16_000


LABELS = [
    label("owl", group="birds"),
    label("crow", group="birds"),
    label("siren"),
    label("music", off_by_default="context"),
]


def confounders_of(
    name: str, config: DecideConfig, all_names: LabelNames | None = None
) -> frozenset[str]:
    """Returns the confounders in the rule of a label."""
    rules = build_rules(LABELS, config, RATE_HZ, all_names=all_names)
    return next(rule.confounders for rule in rules if rule.label == name)
