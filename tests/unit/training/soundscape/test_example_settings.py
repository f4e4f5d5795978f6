"""The example settings fit the bundles that are shipped."""

from pathlib import Path

import pytest

from soundpost.classify import load_bundle
from soundpost.config import load_config
from soundpost.decide import build_rules
from soundpost_training.soundscape.compose.recipe import SECURITY_LABELS

ROOT = Path(__file__).resolve().parents[4]
EXAMPLES = sorted((ROOT / "deploy" / "examples").glob("*.toml"))
COMPOSED_HOURS = ROOT / "training" / "proofs" / "esc50-outdoors" / "security.toml"


@pytest.mark.parametrize("path", [*EXAMPLES, COMPOSED_HOURS], ids=str)
def test_an_example_fits_its_bundle(path: Path) -> None:
    """Every label and profile in it exists."""
    config = load_config(path, {})
    bundle = load_bundle(ROOT / "models" / config.classify.bundle)
    assert build_rules(bundle.manifest.labels, config.decide, 16_000)


@pytest.mark.parametrize("path", EXAMPLES, ids=str)
def test_an_example_uses_the_default_bundle(path: Path) -> None:
    """The others are benchmarks and proofs."""
    assert load_config(path, {}).classify.bundle == load_config(None, {}).classify.bundle


def test_the_security_example_detects_the_security_group_at_the_thresholds_of_the_bundle() -> None:
    """Without labels of every day and those that are off; short sounds by a single window."""
    config = load_config(ROOT / "deploy" / "examples" / "security.toml", {})
    bundle = load_bundle(ROOT / "models" / config.classify.bundle)
    rules = build_rules(bundle.manifest.labels, config.decide, 16_000)
    labels = [
        label
        for label in bundle.manifest.labels
        if label.group == "security"
        and label.off_by_default is None
        and label.name not in {"door", "doorbell", "footsteps"}
    ]
    assert {rule.label: rule.on_threshold for rule in rules} == {
        label.name: label.on_threshold for label in labels
    }
    instant = {rule.label for rule in rules if rule.memory_windows == 1}
    sudden = {"door_knock", "explosion", "fireworks", "glass_breaking", "gun_shot", "screaming"}
    assert instant == sudden & {label.name for label in labels}


def test_the_composed_hours_have_the_security_labels_of_soundscapes() -> None:
    """They have no other labels; short sounds are detected by a single window."""
    config = load_config(COMPOSED_HOURS, {})
    bundle = load_bundle(ROOT / "models" / config.classify.bundle)
    rules = build_rules(bundle.manifest.labels, config.decide, 16_000)
    assert sorted(rule.label for rule in rules) == sorted(SECURITY_LABELS)
    instant = {rule.label for rule in rules if rule.memory_windows == 1}
    assert instant == {"clock_alarm", "door_wood_knock", "fireworks", "glass_breaking"}
