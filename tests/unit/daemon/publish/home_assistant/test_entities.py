"""The discovery payload, checked against the rules of Home Assistant."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from soundpost.messages import ModelIdentity
from soundpost.publish.home_assistant.entities import DeviceAnnouncement

MODEL = ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32)
LABELS = ("siren", "glass_breaking")

_TEXT = {"type": "string", "minLength": 1}
# The rules of Home Assistant's schemas for device discovery and for these three platforms.
RULES = {
    "type": "object",
    "required": ["device", "origin", "components"],
    "additionalProperties": False,
    "properties": {
        "device": {
            "required": ["identifiers"],
            "additionalProperties": False,
            "properties": {
                "identifiers": {"type": "array", "items": _TEXT, "minItems": 1},
                **dict.fromkeys(("name", "manufacturer", "model", "sw_version"), _TEXT),
            },
        },
        "origin": {
            "required": ["name"],
            "additionalProperties": False,
            "properties": dict.fromkeys(("name", "sw_version", "support_url"), _TEXT),
        },
        "availability_topic": {"type": "string", "pattern": "^[^#+]+$"},
        "qos": {"enum": [0, 1, 2]},
        "components": {
            "additionalProperties": {
                "required": ["platform", "unique_id", "state_topic"],
                "properties": {
                    "platform": {"enum": ["event", "binary_sensor", "sensor"]},
                    "state_topic": {"type": "string", "pattern": "^[^#+]+$"},
                    "entity_category": {"enum": ["diagnostic"]},
                    "device_class": {"enum": ["sound", "problem", "duration"]},
                    "state_class": {"enum": ["measurement", "total_increasing"]},
                    "event_types": {"type": "array", "items": _TEXT, "minItems": 1},
                },
                "allOf": [
                    {
                        "if": {"properties": {"platform": {"const": "event"}}},
                        "then": {"required": ["event_types"]},
                    }
                ],
            }
        },
    },
}


def test_a_payload_follows_the_schema() -> None:
    """It has all required keys and no unknown ones, and each entity has an id of its own."""
    payload = json.loads(DeviceAnnouncement("soundpost/post", LABELS, MODEL).build_payload())
    Draft202012Validator(RULES).validate(payload)
    ids = [component["unique_id"] for component in payload["components"].values()]
    assert len(set(ids)) == len(ids)
    assert {"sounds", "sound_siren", "sound_glass_breaking", "sound_any"} < set(
        payload["components"]
    )
    assert payload["components"]["sounds"]["event_types"] == list(LABELS)
    assert payload["availability_topic"] == "soundpost/post/status"


def test_a_group_is_a_binary_sensor_of_its_own() -> None:
    """Its name differs from that of every label."""
    announcement = DeviceAnnouncement("soundpost/post", LABELS, MODEL, groups=("fire_alarms",))
    payload = json.loads(announcement.build_payload())
    Draft202012Validator(RULES).validate(payload)
    entity = payload["components"]["group_fire_alarms"]
    assert entity["state_topic"] == "soundpost/post/group/fire_alarms"
    assert (entity["name"], entity["device_class"]) == ("Fire alarms (group)", "sound")


def test_two_nodes_share_no_id() -> None:
    """Ids differ between nodes of one prefix, and between nodes of one name."""
    ids: list[str] = []
    for base in ("soundpost/a", "soundpost/b", "farm/a"):
        payload = json.loads(DeviceAnnouncement(base, LABELS, MODEL).build_payload())
        ids += [component["unique_id"] for component in payload["components"].values()]
        ids += payload["device"]["identifiers"]
    assert len(set(ids)) == len(ids)


def test_a_name_with_dots_keeps_its_topics_and_gets_ids_that_are_taken() -> None:
    """Its unique ids and its discovery topic have no dot; its own topics have."""
    payload = json.loads(
        DeviceAnnouncement("soundpost/gate.farm.example", LABELS, MODEL).build_payload()
    )
    ids = [component["unique_id"] for component in payload["components"].values()]
    assert all(re.fullmatch("soundpost_gate_farm_example_[0-9a-f]{8}_[a-z_]+", id_) for id_ in ids)
    assert payload["availability_topic"] == "soundpost/gate.farm.example/status"
    assert payload["device"]["name"] == "gate.farm.example"


def test_every_value_that_can_expire_does() -> None:
    """After three health reports, and the level after five levels."""
    announcement = DeviceAnnouncement(
        "soundpost/post",
        LABELS,
        MODEL,
        health_seconds=20.5,
        level_seconds=0.5,
        accepts_commands=True,
        records_clips=True,
    )
    components = json.loads(announcement.build_payload())["components"]
    for key, component in components.items():
        can_expire = component["platform"] in {"binary_sensor", "sensor"}
        expected = (3 if key == "level" else 62) if can_expire else None
        assert component.get("expire_after") == expected, key


def test_a_label_has_its_device_class() -> None:
    """`sound` if none is given."""
    announcement = DeviceAnnouncement(
        "soundpost/post", LABELS, MODEL, device_classes={"siren": "safety"}
    )
    components = json.loads(announcement.build_payload())["components"]
    assert components["sound_siren"]["device_class"] == "safety"
    assert components["sound_glass_breaking"]["device_class"] == "sound"


@given(st.binary() | st.recursive(st.text(), st.lists).map(lambda x: json.dumps(x).encode()))
def test_an_invalid_retained_message_is_ignored(garbage: bytes) -> None:
    """A client with the right to write there cannot stop the node."""
    announcement = DeviceAnnouncement("soundpost/post", LABELS, MODEL)
    assert announcement.build_payload(garbage) == announcement.build_payload()
