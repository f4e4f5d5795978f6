"""The device class of each label."""

from pathlib import Path
from typing import get_args

import pytest

from soundpost.config import ClassifyConfig, MqttConfig
from soundpost.config.types import DeviceClass
from soundpost.errors import ConfigError
from soundpost.manifest import read_manifest
from soundpost.publish.home_assistant.device_classes import (
    _BY_LABEL,
    check_device_classes,
    device_classes,
)

MODELS = Path(__file__).resolve().parents[5] / "models"
LABELS = ("siren", "glass_breaking", "dog", "footsteps")


def test_the_labels_of_the_default_bundle_have_sensible_classes() -> None:
    """Alarms are about safety, machines are running; most sounds are just sounds."""
    manifest = read_manifest(MODELS / ClassifyConfig().bundle)
    named = {label.name: label.device_class for label in manifest.labels if label.device_class}
    classes = device_classes(MqttConfig(), manifest.label_names, named)
    assert classes["siren"] == classes["glass_breaking"] == classes["gun_shot"] == "safety"
    assert classes["smoke_alarm"] == "smoke"
    assert classes["chainsaw"] == classes["drill"] == classes["lawn_mower"] == "running"
    assert classes["dog"] == classes["vehicle_horn"] == "sound"


def test_the_labels_of_the_benchmark_have_sensible_classes() -> None:
    """Its labels have other names for some sounds."""
    labels = read_manifest(MODELS / "esc50").label_names
    classes = device_classes(MqttConfig(), labels, {})
    assert classes["siren"] == classes["glass_breaking"] == "safety"
    assert classes["footsteps"] == "motion"
    assert classes["crackling_fire"] == "heat"
    assert classes["washing_machine"] == "running"
    assert classes["dog"] == "sound"
    assert set(classes) == {*labels, "any"}


def test_every_class_exists_and_every_label_has_one() -> None:
    """A class that Home Assistant does not know would remove the entity."""
    assert set(_BY_LABEL) < set(get_args(DeviceClass))
    labels = [label for members in _BY_LABEL.values() for label in members]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (None, "safety"),
        ("2025.4", "safety"),
        ("2026.9.3", "safety"),
        ("2026.11", "glass_break"),
        ("2026.12.1", "glass_break"),
        ("2027.1", "glass_break"),
    ],
)
def test_glass_break_is_for_versions_that_know_it(version: str | None, expected: str) -> None:
    """Others refuse the entity; a class from the manifest is no exception."""
    config = MqttConfig(home_assistant_version=version)
    classes = device_classes(config, (*LABELS, "pane"), {"pane": "glass_break"})
    assert classes["glass_breaking"] == classes["pane"] == expected


def test_the_configuration_wins_over_the_manifest() -> None:
    """And the manifest over the included classes; one that nobody knows is ignored."""
    config = MqttConfig(device_classes={"siren": "smoke", "any": "occupancy"})
    of_manifest = {"siren": "gas", "dog": "presence", "footsteps": "of_tomorrow"}
    assert device_classes(config, LABELS, of_manifest) == {
        "siren": "smoke",
        "glass_breaking": "safety",
        "dog": "presence",
        "footsteps": "sound",
        "any": "occupancy",
    }


def test_an_unknown_label_is_refused_with_the_nearest() -> None:
    """A typing error would have no effect otherwise."""
    config = MqttConfig(device_classes={"sirene": "safety"})
    with pytest.raises(ConfigError, match="there is no label 'sirene'") as caught:
        check_device_classes(config, LABELS)
    assert caught.value.hint == "did you mean siren?"
    check_device_classes(MqttConfig(device_classes={"siren": "safety"}), LABELS)
