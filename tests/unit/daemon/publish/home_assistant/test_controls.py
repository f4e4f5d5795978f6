"""The entities with which Home Assistant sends commands, and the level sensor."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from soundpost.messages import ModelIdentity
from soundpost.messages.command import COMMANDS, MuteCommand, ThresholdCommand, read_command
from soundpost.publish.home_assistant.entities import DeviceAnnouncement

MODEL = ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32)
LABELS = ("siren", "glass_breaking")
BASE = "soundpost/post"

_TEXT = {"type": "string", "minLength": 1}
_TOPIC = {"type": "string", "pattern": "^[^#+]+$"}
# Required and allowed keys of these platforms in Home Assistant's schemas, as far as used here.
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


def components(**abilities: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401 - DeviceAnnouncement's options
    """Returns the components that a node with these abilities announces."""
    payload = json.loads(DeviceAnnouncement(BASE, LABELS, MODEL, **abilities).build_payload())
    found: dict[str, dict[str, Any]] = payload["components"]
    return found


def sent(component: dict[str, Any], value: str = "") -> tuple[str, bytes]:
    """Returns the command that Home Assistant sends: its name, and the rendered template."""
    rendered = component["command_template"]
    rendered = rendered.replace("{{ now().timestamp() }}", "1795246281.48")
    rendered = rendered.replace("{{ value }}", value)
    rendered = re.sub(
        r"{{ (\d+) if value == 'ON' else 0 }}",
        lambda match: match[1] if value == "ON" else "0",
        rendered,
    )
    assert "{{" not in rendered
    return component["command_topic"].removeprefix(f"{BASE}/command/"), rendered.encode()


def test_controls_follow_the_schema() -> None:
    """They have all required keys, and none that their platform does not allow."""
    announced = components(accepts_commands=True, records_clips=True)
    controls = [entity for entity in announced.values() if entity["platform"] in RULES]
    assert len(controls) == 3 + len(LABELS)
    for control in controls:
        rule = RULES[control["platform"]]
        keys = [*rule["required"], *rule["keys"]]
        schema = {"required": rule["required"], "additionalProperties": False}
        schema["properties"] = dict.fromkeys(keys, True) | {
            "command_topic": _TOPIC,
            "name": _TEXT,
        }
        Draft202012Validator(schema).validate(control)


def test_a_switch_mutes_for_an_hour_and_unmutes() -> None:
    """It sends valid commands, and shows the state in the node's settings."""
    mute = components(accepts_commands=True)["mute"]
    on, off = (read_command(*sent(mute, value)) for value in ("ON", "OFF"))
    assert on == MuteCommand(id="ha-1795246281.48", minutes=60.0)
    assert off == MuteCommand(id="ha-1795246281.48", minutes=0.0)
    assert mute["state_topic"] == f"{BASE}/settings"


def test_a_number_sets_a_threshold() -> None:
    """It is a configuration entity, disabled by default."""
    number = components(accepts_commands=True)["threshold_siren"]
    assert read_command(*sent(number, "0.75")) == ThresholdCommand(
        id="ha-1795246281.48", label="siren", on=0.75
    )
    assert (number["entity_category"], number["enabled_by_default"]) == ("config", False)
    assert (number["min"], number["max"], number["step"]) == (0.0, 1.0, 0.01)


@pytest.mark.parametrize(("key", "name"), [("selftest", "selftest"), ("capture", "capture-now")])
def test_a_button_sends_a_command(key: str, name: str) -> None:
    """It is a valid command."""
    command, payload = sent(components(accepts_commands=True, records_clips=True)[key])
    assert command == name
    assert isinstance(read_command(command, payload), COMMANDS[name])


def test_only_entities_that_work_are_announced() -> None:
    """Controls need commands, the capture button needs clips, the level needs an interval."""
    plain, commanded = components(), components(accepts_commands=True)
    assert not {"mute", "selftest", "capture", "level", "threshold_siren"} & set(plain)
    assert {"mute", "selftest", "threshold_siren"} < set(commanded)
    assert "capture" not in commanded


def test_the_level_is_a_sensor_in_dbfs() -> None:
    """It has no device class, because none allows dBFS; it expires when no values arrive."""
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
