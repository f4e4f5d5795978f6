"""The entities with which Home Assistant commands a node, and reads its level."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from soundpost.messages import ModelIdentity
from soundpost.messages.command import COMMANDS, Mute, Threshold, read_command
from soundpost.publish.home_assistant.device import DeviceAnnouncement

MODEL = ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32)
LABELS = ("siren", "glass_breaking")
BASE = "soundpost/post"

_TEXT = {"type": "string", "minLength": 1}
_TOPIC = {"type": "string", "pattern": "^[^#+]+$"}
# What Home Assistant's schemas for these platforms demand, as far as they are used here.
RULES: dict[str, dict[str, Any]] = {
    "switch": {
        "required": ["platform", "unique_id", "command_topic"],
        "keys": ["name", "state_topic", "value_template", "command_template"],
    },
    "button": {
        "required": ["platform", "unique_id", "command_topic"],
        "keys": ["name", "command_template", "entity_category"],
    },
    "number": {
        "required": ["platform", "unique_id", "command_topic"],
        "keys": [
            *("name", "state_topic", "value_template", "command_template", "entity_category"),
            *("enabled_by_default", "min", "max", "step"),
        ],
    },
}


def components(**abilities: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401 - Introduction's own
    """What is announced of a node that can do so much."""
    told = json.loads(DeviceAnnouncement(BASE, LABELS, MODEL, **abilities).announce())
    found: dict[str, dict[str, Any]] = told["components"]
    return found


def sent(component: dict[str, Any], value: str = "") -> tuple[str, bytes]:
    """The command that Home Assistant sends, with a template filled in as it would."""
    said = component["command_template"]
    said = said.replace("{{ now().timestamp() }}", "1795246281.48")
    said = said.replace("{{ value }}", value)
    said = re.sub(
        r"{{ (\d+) if value == 'ON' else 0 }}", lambda m: m[1] if value == "ON" else "0", said
    )
    assert "{{" not in said
    return component["command_topic"].removeprefix(f"{BASE}/command/"), said.encode()


def test_controls_keep_the_rules() -> None:
    """Every key that is required, none that their platform does not know."""
    told = components(is_commanded=True, captures=True)
    controls = [one for one in told.values() if one["platform"] in RULES]
    assert len(controls) == 3 + len(LABELS)
    for one in controls:
        rule = RULES[one["platform"]]
        keys = [*rule["required"], *rule["keys"]]
        schema = {"required": rule["required"], "additionalProperties": False}
        schema["properties"] = dict.fromkeys(keys, True) | {
            "command_topic": _TOPIC,
            "name": _TEXT,
        }
        Draft202012Validator(schema).validate(one)


def test_a_switch_mutes_for_an_hour_and_unmutes() -> None:
    """By a command that the node takes, and it shows what the node says is so."""
    mute = components(is_commanded=True)["mute"]
    on, off = (read_command(*sent(mute, value)) for value in ("ON", "OFF"))
    assert on == Mute(id="ha-1795246281.48", minutes=60.0)
    assert off == Mute(id="ha-1795246281.48", minutes=0.0)
    assert mute["state_topic"] == f"{BASE}/settings"


def test_a_number_sets_a_threshold() -> None:
    """A setting, that is there for who wants it."""
    number = components(is_commanded=True)["threshold_siren"]
    assert read_command(*sent(number, "0.75")) == Threshold(
        id="ha-1795246281.48", label="siren", on=0.75
    )
    assert (number["entity_category"], number["enabled_by_default"]) == ("config", False)
    assert (number["min"], number["max"], number["step"]) == (0.0, 1.0, 0.01)


@pytest.mark.parametrize(("key", "name"), [("selftest", "selftest"), ("capture", "capture-now")])
def test_a_button_sends_a_command(key: str, name: str) -> None:
    """One that the node takes."""
    told, payload = sent(components(is_commanded=True, captures=True)[key])
    assert told == name
    assert isinstance(read_command(told, payload), COMMANDS[name])


def test_nothing_is_announced_that_does_nothing() -> None:
    """No control of a node that obeys nobody, no clip of one that keeps none, no level untold."""
    plain, commanded = components(), components(is_commanded=True)
    assert not {"mute", "selftest", "capture", "level", "threshold_siren"} & set(plain)
    assert {"mute", "selftest", "threshold_siren"} < set(commanded)
    assert "capture" not in commanded


def test_the_level_is_a_sensor_in_dbfs() -> None:
    """Of no device class, because none is for dBFS; unknown when it is no longer told."""
    level = components(level_seconds=0.5)["level"]
    assert level == {
        "platform": "sensor",
        "name": "Level",
        "unique_id": "soundpost_post_level",
        "state_topic": f"{BASE}/level",
        "unit_of_measurement": "dBFS",
        "state_class": "measurement",
        "suggested_display_precision": 1,
        "expire_after": 3,
    }
