"""Sensors of sound levels, by the rules of Home Assistant."""

import json

import pytest

from soundpost.acoustics.reference import Reference
from soundpost.messages import ModelIdentity
from soundpost.publish.home_assistant.entities import DeviceAnnouncement

MODEL = ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32)


@pytest.mark.parametrize(
    ("reference", "device_class", "unit"),
    [(Reference.FULL_SCALE, None, "dBFS"), (Reference.MICROPASCAL_20, "sound_pressure", "dBA")],
)
def test_the_level_of_a_minute_is_a_sensor(
    reference: Reference, device_class: str | None, unit: str
) -> None:
    """Only a calibrated one has the class of sound pressures, which has the units dB and dBA."""
    announcement = DeviceAnnouncement("soundpost/post", ("siren",), MODEL, minute_levels=reference)
    sensor = json.loads(announcement.build_payload())["components"]["minute_level"]
    assert sensor["state_topic"] == "soundpost/post/acoustics"
    assert (sensor.get("device_class"), sensor["unit_of_measurement"]) == (device_class, unit)
    assert sensor["expire_after"] == 90


def test_without_figures_there_is_no_such_sensor() -> None:
    """By default."""
    announcement = DeviceAnnouncement("soundpost/post", ("siren",), MODEL)
    assert "minute_level" not in json.loads(announcement.build_payload())["components"]
