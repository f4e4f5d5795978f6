"""The example settings fit the bundles that are shipped."""

from pathlib import Path

import pytest

from soundpost.classify import load_bundle
from soundpost.config import load_config
from soundpost.decide import build_rules
from soundpost_training.soundscape.compose.recipe import SECURITY_LABELS

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize("path", sorted((ROOT / "deploy" / "examples").glob("*.toml")))
def test_an_example_fits_its_bundle(path: Path) -> None:
    """Every label and profile in it exists."""
    config = load_config(path, {})
    bundle = load_bundle(ROOT / "models" / config.classify.bundle)
    assert build_rules(bundle.manifest.labels, config.decide, 16_000)


def test_the_security_example_has_the_security_labels_of_soundscapes() -> None:
    """It has no other labels; short sounds are detected by a single window."""
    config = load_config(ROOT / "deploy" / "examples" / "security.toml", {})
    bundle = load_bundle(ROOT / "models" / config.classify.bundle)
    rules = build_rules(bundle.manifest.labels, config.decide, 16_000)
    assert sorted(rule.label for rule in rules) == sorted(SECURITY_LABELS)
    instant = {rule.label for rule in rules if rule.memory_windows == 1}
    assert instant == {"clock_alarm", "door_wood_knock", "fireworks", "glass_breaking"}
