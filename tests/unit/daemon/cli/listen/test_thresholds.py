"""Thresholds of the command line."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pytest
from tagging_bundle import write_tagging_bundle
from tiny_models import tiny_model

from soundpost.classify import find_bundle
from soundpost.classify.model import Model, load_model
from soundpost.cli.flags.values import Threshold, threshold
from soundpost.cli.listen.thresholds import build_run_rules, with_named_labels
from soundpost.config import ClassifyConfig, Config, load_config
from soundpost.decide import Rule
from soundpost.errors import ConfigError

CONFIG = {
    "decide": {
        "off_threshold": 0.4,
        "groups": {"water": ["rain", "sea_waves"]},
        "labels": {"dog": {"on_threshold": 0.9, "profile": "steady"}},
    }
}


@pytest.fixture(scope="module")
def model() -> Model:
    """Provides the smallest model that is included."""
    return load_model(ClassifyConfig(bundle=str(find_bundle("esc10"))))


def run_rules(model: Model, config: Config, *texts: str) -> Sequence[Rule]:
    """Returns the rules of a run with one model."""
    manifests, thresholds = [model.bundle.manifest], [threshold(text) for text in texts]
    named = with_named_labels(config, manifests, thresholds)
    (rules,) = build_run_rules(named, manifests, thresholds)
    return rules


def on_thresholds(model: Model, config: Config, *texts: str) -> dict[str, float]:
    """Returns the on-threshold of each label."""
    return {rule.label: rule.on_threshold for rule in run_rules(model, config, *texts)}


def test_one_for_all_labels_wins_over_the_configuration(model: Model) -> None:
    """Also over a label's own, and below the configured off-threshold."""
    found = on_thresholds(model, load_config(None, CONFIG), "0.1")
    assert set(found.values()) == {0.1}
    assert len(found) == 10


def test_one_of_a_label_or_group_wins_over_one_for_all(model: Model) -> None:
    """In any order on the command line."""
    found = on_thresholds(model, load_config(None, CONFIG), "dog=0.2", "water=0.3", "0.1")
    assert (found["dog"], found["rain"], found["sea_waves"]) == (0.2, 0.3, 0.3)
    assert found["rooster"] == 0.1


def test_without_one_the_configuration_holds(model: Model) -> None:
    """The rules are those of `soundpost run`."""
    assert on_thresholds(model, load_config(None, CONFIG))["dog"] == 0.9


def test_a_threshold_switches_on_a_label_that_the_bundle_switches_off(tmp_path: Path) -> None:
    """As a table of the label in the configuration does; one for all labels or a group does not."""
    tagging = load_model(ClassifyConfig(bundle=str(write_tagging_bundle(tmp_path / "yard"))))

    def detected(*texts: str) -> dict[str, float]:
        return on_thresholds(tagging, Config(), *texts)

    assert detected("0.3") == {"hiss": 0.3}
    assert detected("people=0.3") == {"hiss": 0.5}
    assert detected("hum=0.2") == {"hiss": 0.5, "hum": 0.2}


def test_named_labels_keep_the_order_of_the_tables(model: Model) -> None:
    """Of two groups with a label, the later one in the file still wins."""
    config = load_config(
        None,
        {
            "decide": {
                "groups": {"wet": ["rain"], "water": ["rain", "sea_waves"]},
                "labels": {"wet": {"off_threshold": 0.1}, "water": {"off_threshold": 0.2}},
            }
        },
    )
    rules = run_rules(model, config, "wet=0.5", "rooster=0.4")
    assert {rule.label: rule.off_threshold for rule in rules}["rain"] == 0.2


def test_a_threshold_applies_to_every_model_that_has_the_label(model: Model) -> None:
    """One that no model has is refused, and one for all labels applies to all models."""
    birds = tiny_model(22_050, ("dog", "owl", "crow"))
    manifests = [model.bundle.manifest, birds.bundle.manifest]
    config = load_config(None, {"models": [{}, {}]})

    def found(*texts: str) -> list[tuple[float, float | None]]:
        thresholds = [threshold(text) for text in texts]
        named = with_named_labels(config, manifests, thresholds)
        rules = build_run_rules(named, manifests, thresholds)
        by_label = [{rule.label: rule.on_threshold for rule in of_model} for of_model in rules]
        return [(on["dog"], on.get("owl")) for on in by_label]

    assert found("0.1", "dog=0.2", "owl=0.3") == [(0.2, None), (0.2, 0.3)]
    with pytest.raises(ConfigError, match="--threshold: there is no label 'dgo'"):
        found("dgo=0.2")


def test_an_unknown_label_gets_the_nearest_one_as_a_hint(model: Model) -> None:
    """Before any recording is read."""
    with pytest.raises(ConfigError, match="--threshold: there is no label 'dgo'") as caught:
        on_thresholds(model, Config(), "dgo=0.2")
    assert caught.value.hint == "did you mean dog?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", Threshold(None, 0.0)),
        ("1", Threshold(None, 1.0)),
        ("siren=.5", Threshold("siren", 0.5)),
    ],
)
def test_a_threshold_is_a_score_or_a_label_and_a_score(text: str, expected: Threshold) -> None:
    """Both ends of the scale are allowed."""
    assert threshold(text) == expected


@pytest.mark.parametrize("text", ["", "=", "=0.5", "siren", "siren=", "1.1", "-0.1", "nan", "inf"])
def test_another_text_is_refused(text: str) -> None:
    """The error shows both forms."""
    with pytest.raises(argparse.ArgumentTypeError, match=r"as 0\.4 or siren=0\.4"):
        threshold(text)
