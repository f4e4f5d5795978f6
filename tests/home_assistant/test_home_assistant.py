"""A real Home Assistant discovers a real node, shows what it tells, and commands it.

It needs a `hass` on PATH (`pip install` homeassistant, with what its package_constraints.txt
says, and what `mqtt` and `frontend` name in their manifest.json) and takes minutes.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_client import BASE, CommandedNode
from daemon_process import NODE
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from recording import write_quiet, write_tones

from .home_assistant_server import House, until

ANNOUNCEMENT = f"homeassistant/device/{NODE}/soundpost/config"
MUTE = "switch.north_gate_mute"


@pytest.fixture
def house(tmp_path: Path, broker: Broker) -> Iterator[House]:
    """A Home Assistant that knows the broker; without one on PATH the test is skipped."""
    program = shutil.which("hass")
    if program is None:
        pytest.skip("no Home Assistant: there is no hass on PATH")
    folder = tmp_path / "house"
    folder.mkdir()
    house = House(program, folder)
    try:
        house.start()
        house.meet(broker.port)
        yield house
    finally:
        house.stop()


@pytest.mark.timeout(3600)
def test_a_node_is_discovered_commanded_and_missed(
    house: House, broker: Broker, subscriber: Subscriber, tmp_path: Path
) -> None:
    """Its entities follow it, a control reaches it, and Home Assistant warns of nothing it says."""
    quiet, tones = tmp_path / "quiet.wav", tmp_path / "tones.wav"
    write_quiet(quiet, 3600.0)
    write_tones(tones, 600.0)
    post = CommandedNode(tmp_path, broker, quiet)
    settings = "mqtt.discovery = true", "mqtt.level_seconds = 1.0"
    post.configure(*settings)
    complaints = house.log

    with post.run():
        until(lambda: house.state(MUTE) == "off")
        until(lambda: house.state("binary_sensor.north_gate_microphone") == "off")
        until(lambda: house.state("sensor.north_gate_level") not in {None, "unknown"})
        house.call("switch.turn_on", MUTE)
        until(lambda: house.state(MUTE) == "on")
        house.call("switch.turn_off", MUTE)
        until(lambda: house.state(MUTE) == "off")
        for button in ("self_test", "capture_now"):
            house.call("button.press", f"button.north_gate_{button}")
        done = f"{BASE}/result"
        until(
            lambda: (
                [json.loads(m.payload)["status"] for m in subscriber.on(done)].count("done") == 4
            )
        )
    until(lambda: house.state(MUTE) == "unavailable")  # it was killed

    with post.run(tones) as daemon:
        sounds = "event.north_gate_sounds"
        until(lambda: house.state(sounds) not in {None, "unknown", "unavailable"})
        told = house.states()[sounds]["attributes"]
        assert told["event_type"] == told["label"] in told["event_types"]
        assert told["state"] == "confirmed"
        daemon.terminate()
        until(lambda: house.state(MUTE) == "unavailable")

    post.configure(*settings, 'decide.exclude = ["hush"]')
    with post.run():
        until(lambda: house.state(MUTE) == "off")
        until(lambda: house.state("binary_sensor.north_gate_hush") is None)

        # As Home Assistant does for somebody who deletes the device.
        subscriber.publish(ANNOUNCEMENT, b"", retain=True)
        until(lambda: house.state(MUTE) is None)
        assert not [entity for entity in house.states() if "north_gate" in entity]
    new = house.log.removeprefix(complaints).splitlines()
    assert [line for line in new if "No device components to cleanup" not in line] == []
    house.stop()
    assert house.registered() == {}
