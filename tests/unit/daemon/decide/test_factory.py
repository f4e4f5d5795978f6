"""Surroundings that trackers of several models share, and the rules of confounders."""

import pytest
from confounded_labels import LABELS, RATE_HZ, confounders_of
from decision_labels import label

from soundpost.config import DecideConfig, LabelConfig, ProfileConfig
from soundpost.decide.factory import surroundings_of
from soundpost.decide.rules.rules import build_confounder_rules
from soundpost.errors import ConfigError

NEIGHBOURS = [label("engine"), label("dog", group="pets")]


def test_a_label_or_group_of_another_model_may_be_one() -> None:
    """Each model has settings of its own; an unknown name is searched among all models."""
    own = DecideConfig(labels={"owl": LabelConfig(confounders=["pets", "engine", "siren"])})
    others = DecideConfig(confounders=["crow"])
    surroundings = surroundings_of([(LABELS, own), (NEIGHBOURS, others)])
    assert surroundings.confounders == {"dog", "engine", "siren", "crow"}
    assert confounders_of("owl", own, surroundings.label_names) == {"dog", "engine", "siren"}
    with pytest.raises(ConfigError) as refusal:
        surroundings_of([(LABELS, own), (NEIGHBOURS, DecideConfig(confounders=["engin"]))])
    assert refusal.value.hint == "did you mean engine?"


def test_every_confounder_of_the_model_has_a_rule() -> None:
    """That includes labels that are excluded, not included or off, and what others name."""
    config = DecideConfig(
        include=["owl"],
        exclude=["siren"],
        on_threshold=0.7,
        labels={"owl": LabelConfig(confounders=["siren", "dog"])},
        profiles={"night": ProfileConfig(confounders=["crow"])},
    )
    others = DecideConfig(confounders=["music"])
    shared = surroundings_of([(LABELS, config), (NEIGHBOURS, others)])
    rules = build_confounder_rules(LABELS, config, RATE_HZ, shared.confounders, shared.label_names)
    assert [(rule.index, rule.label, rule.on_threshold) for rule in rules] == [
        (1, "crow", 0.7),
        (2, "siren", 0.7),
        (3, "music", 0.7),
    ]
