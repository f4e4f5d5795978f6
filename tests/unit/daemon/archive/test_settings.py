"""The fingerprint of settings: it differs in whatever changes rows."""

from zoneinfo import ZoneInfo

import msgspec
import pytest
from range_bundle import range_manifest
from tiny_models import tiny_model

from soundpost.archive.settings import AnalysisSettings, differences, fingerprint
from soundpost.config import CaptureConfig, Config, DecideConfig, GateConfig, NodeConfig
from soundpost.decide import build_rules

MANIFEST = tiny_model().bundle.manifest


def settings(config: Config | None = None, zone: str | None = None) -> AnalysisSettings:
    """Returns settings with the rules of the configuration."""
    config = config or Config()
    rules = build_rules(MANIFEST.labels, config.decide, MANIFEST.input.sample_rate_hz)
    return AnalysisSettings(config, [rules], ZoneInfo(zone) if zone else None)


def test_equal_settings_have_no_difference() -> None:
    """Nor do tables of the configuration that no row depends on."""
    other = Config(node=msgspec.structs.replace(Config().node, name="elsewhere"))
    assert not differences(
        fingerprint(settings(), [MANIFEST]), fingerprint(settings(other), [MANIFEST])
    )


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        (settings(zone="UTC"), "timezone: none before, UTC now"),
        (
            settings(Config(capture=CaptureConfig(rate_hz=48_000))),
            "capture.rate_hz: None before, 48000 now",
        ),
        (
            settings(Config(gate=GateConfig(open_on="level"))),
            "gate.open_on: always before, level now",
        ),
    ],
)
def test_a_difference_is_named_with_both_values(changed: AnalysisSettings, difference: str) -> None:
    """So that an error says what to change."""
    before, now = fingerprint(settings(), [MANIFEST]), fingerprint(changed, [MANIFEST])
    assert differences(before, now) == [difference]


def test_thresholds_and_bundles_are_compared() -> None:
    """By a digest, because a bundle may have thousands of labels."""
    before = fingerprint(settings(), [MANIFEST])
    low = fingerprint(settings(Config(decide=DecideConfig(on_threshold=0.1))), [MANIFEST])
    (difference,) = differences(before, low)
    assert difference.startswith(f"thresholds and rules of {MANIFEST.id}: ")
    retrained = msgspec.structs.replace(MANIFEST, version="9.9.9")
    (difference,) = differences(before, fingerprint(settings(), [retrained]))
    assert difference.startswith(f"model {MANIFEST.id}: {MANIFEST.version} (")
    assert " now" in difference
    assert "9.9.9 (" in difference


def test_the_place_is_compared_where_a_range_model_uses_it() -> None:
    """By a digest, because results are passed on; without such a model it may be any."""
    here = settings(Config(node=NodeConfig(name="n", latitude=52.5163, longitude=13.3777)))
    there = settings(Config(node=NodeConfig(name="n", latitude=52.5163, longitude=13.3778)))
    assert fingerprint(here, [MANIFEST]) == fingerprint(there, [MANIFEST])
    with_range = range_manifest(b"")
    (difference,) = differences(fingerprint(here, [with_range]), fingerprint(there, [with_range]))
    assert difference.startswith("place: ")
    assert "52.5" not in str(fingerprint(here, [with_range]))
    off = msgspec.structs.replace(here.config, decide=DecideConfig(range="off"))
    assert "place" not in fingerprint(settings(off), [with_range])
