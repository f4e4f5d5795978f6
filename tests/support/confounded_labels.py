"""Labels of a bundle with a group and a context label, and the confounders in their rules."""

from soundpost.config import DecideConfig
from soundpost.decide import LabelNames, build_rules
from soundpost.manifest import Label

RATE_HZ = 16_000


def label(name: str, **changes: str) -> Label:
    """Returns a label with the manifest's defaults."""
    return Label(
        name=name,
        on_threshold=0.6,
        off_threshold=0.4,
        smoothing_windows=2,
        minimum_samples=8000,
        refractory_samples=16000,
        **changes,  # type: ignore[arg-type]  # a text or a reason
    )


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
