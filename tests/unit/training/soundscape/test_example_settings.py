"""The settings that are given as an example."""

from pathlib import Path

import pytest

from soundpost.classify import load_bundle
from soundpost.config import load_config
from soundpost.decide import build_rules
from soundpost_training.soundscape.compose.recipe import SECURITY_LABELS

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize("path", sorted((ROOT / "deploy" / "examples").glob("*.toml")))
def test_an_example_fits_the_bundle_that_comes_along(path: Path) -> None:
    """Every label and profile in it is known."""
    config = load_config(path, {})
    bundle = load_bundle(ROOT / "models" / config.classify.bundle)
    assert build_rules(bundle.manifest.labels, config.decide, 16_000)


def test_security_listens_for_what_false_alarms_are_counted_of() -> None:
    """And for nothing else; what is over at once is told at the first window."""
    config = load_config(ROOT / "deploy" / "examples" / "security.toml", {})
    bundle = load_bundle(ROOT / "models" / config.classify.bundle)
    rules = build_rules(bundle.manifest.labels, config.decide, 16_000)
    assert sorted(rule.label for rule in rules) == sorted(SECURITY_LABELS)
    at_once = {rule.label for rule in rules if rule.memory_windows == 1}
    assert at_once == {"clock_alarm", "door_wood_knock", "fireworks", "glass_breaking"}
