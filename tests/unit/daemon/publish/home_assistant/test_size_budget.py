"""Entities that are fitted into the size of an announcement."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from soundpost.publish.home_assistant.discovery_payload import Component
from soundpost.publish.home_assistant.size_budget import earlier_platforms, fit_entities

SENSORS = {f"sound_{number}": Component(platform="binary_sensor", name="x") for number in range(9)}
THRESHOLDS = {
    f"threshold_{number}": Component(platform="number", enabled_by_default=False)
    for number in range(9)
}
EARLIER = {"sound_0": "binary_sensor", "sound_8": "binary_sensor", "old": "sensor"}


def json_bytes(components: dict[str, Component]) -> int:
    """Returns the bytes of the entities without the brackets around them."""
    return len(msgspec.json.encode(components)) - 2


def test_all_entities_and_removals_fit_into_enough_room() -> None:
    """An entity that is still there is not removed."""
    fitted = fit_entities(SENSORS | THRESHOLDS, EARLIER, 10_000)
    assert fitted.left_out == ()
    assert fitted.components == SENSORS | THRESHOLDS | {"old": Component(platform="sensor")}


def test_entities_that_are_disabled_by_default_go_first_then_removals_then_the_last_ones() -> None:
    """An entity that does not fit any more is removed."""
    all_bytes = json_bytes(SENSORS) + 1
    fitted = fit_entities(THRESHOLDS | SENSORS, EARLIER, all_bytes)
    assert fitted.left_out == tuple(THRESHOLDS)
    assert fitted.components == SENSORS
    fitted = fit_entities(THRESHOLDS | SENSORS, EARLIER, all_bytes - 5)
    assert fitted.left_out[0] == "sound_8"
    assert fitted.components["sound_8"] == Component(platform="binary_sensor")


@given(st.integers(0, 2_000), st.dictionaries(st.text(max_size=9), st.text(max_size=9)))
def test_the_room_is_never_exceeded(room_bytes: int, earlier: dict[str, str]) -> None:
    """Whatever an earlier announcement had."""
    fitted = fit_entities(SENSORS | THRESHOLDS, earlier, room_bytes)
    assert json_bytes(fitted.components) <= room_bytes


@given(st.binary())
def test_garbage_has_no_entities(garbage: bytes) -> None:
    """Neither has a message of more than 262 kB."""
    assert earlier_platforms(garbage) == {}
    payload = msgspec.json.encode({"components": {"a" * 300_000: {"platform": "sensor"}}})
    assert earlier_platforms(payload) == {}
