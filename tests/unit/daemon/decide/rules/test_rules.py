"""Rules: the manifest's decision defaults, replaced by the configuration."""

import pytest
from decision_labels import label

from soundpost.config import DecideConfig, LabelConfig
from soundpost.decide import build_rules
from soundpost.errors import ConfigError

LABELS = [label("dog"), label("siren"), label("rain")]


def test_without_configuration_the_manifest_s_defaults_apply() -> None:
    """Every label is tracked with its calibrated thresholds."""
    rules = build_rules(LABELS, DecideConfig(), 16_000)
    assert [(r.index, r.label, r.on_threshold, r.minimum_samples) for r in rules] == [
        (0, "dog", 0.6, 8000),
        (1, "siren", 0.6, 8000),
        (2, "rain", 0.6, 8000),
    ]


def test_one_label_wins_over_all_labels() -> None:
    """A value under decide.labels.<name> wins over the one under decide."""
    config = DecideConfig(on_threshold=0.8, labels={"siren": LabelConfig(on_threshold=0.7)})
    assert [r.on_threshold for r in build_rules(LABELS, config, 16_000)] == [0.8, 0.7, 0.8]


def test_seconds_become_samples() -> None:
    """Durations are seconds in the file and samples inside."""
    config = DecideConfig(minimum_seconds=0.25, refractory_seconds=0.0)
    rules = build_rules(LABELS, config, 16_000)
    assert {(r.minimum_samples, r.refractory_samples) for r in rules} == {(4000, 0)}


def test_a_lowered_on_threshold_lowers_the_off_threshold() -> None:
    """More sensitivity needs no second setting."""
    rules = build_rules(LABELS, DecideConfig(on_threshold=0.3), 16_000)
    assert {r.off_threshold for r in rules} == {0.3}


def test_include_and_exclude_select_labels() -> None:
    """An excluded label is left out even when it is included; indices stay the model's."""
    config = DecideConfig(include=["siren", "rain"], exclude=["rain"])
    assert [(r.index, r.label) for r in build_rules(LABELS, config, 16_000)] == [(1, "siren")]


@pytest.mark.parametrize(
    "config",
    [
        DecideConfig(include=["sirne"]),
        DecideConfig(exclude=["sirne"]),
        DecideConfig(labels={"sirne": LabelConfig(on_threshold=0.5)}),
    ],
)
def test_a_misspelt_label_is_refused_with_the_nearest_one(config: DecideConfig) -> None:
    """A label that the model does not have is an error, not a rule without effect."""
    with pytest.raises(ConfigError, match="sirne") as caught:
        build_rules(LABELS, config, 16_000)
    assert "siren" in caught.value.hint


def test_an_empty_selection_is_refused() -> None:
    """A daemon without labels is a mistake."""
    with pytest.raises(ConfigError, match="no label"):
        build_rules(LABELS, DecideConfig(include=["dog"], exclude=["dog"]), 16_000)


def test_an_off_threshold_above_the_on_threshold_is_refused() -> None:
    """An event cannot end at a higher score than it starts at."""
    with pytest.raises(ConfigError, match=r"off_threshold 0\.9"):
        build_rules(LABELS, DecideConfig(off_threshold=0.9), 16_000)
