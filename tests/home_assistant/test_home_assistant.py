"""A real Home Assistant discovers a real node, shows its state, and commands it.

It needs a `hass` on PATH (`pip install` homeassistant with its package_constraints.txt, and the
requirements of `mqtt` and `frontend` from their manifest.json) and takes minutes.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from command_client import BASE, CommandedNode
from daemon_process import NODE, running
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from recording import write_quiet, write_tones
from wide_bundle import write_wide_bundle

from .home_assistant_server import HomeAssistant, wait_until

ANNOUNCEMENT = f"homeassistant/device/{NODE}/soundpost/config"
MUTE = "switch.north_gate_mute"


@pytest.fixture
def home_assistant(tmp_path: Path, broker: Broker) -> Iterator[HomeAssistant]:
    """A Home Assistant with the broker; without `hass` on PATH the test is skipped."""
    program = shutil.which("hass")
    if program is None:
        pytest.skip("no Home Assistant: there is no hass on PATH")
    folder = tmp_path / "home_assistant"
    folder.mkdir()
    home_assistant = HomeAssistant(program, folder)
    try:
        home_assistant.start()
        home_assistant.add_broker(broker.port)
        yield home_assistant
    finally:
        home_assistant.stop()


@pytest.mark.timeout(3600)
def test_a_node_is_discovered_commanded_and_removed(
    home_assistant: HomeAssistant, broker: Broker, subscriber: Subscriber, tmp_path: Path
) -> None:
    """Entities follow the node, a control commands it, and Home Assistant logs no new warning."""
    quiet, tones = tmp_path / "quiet.wav", tmp_path / "tones.wav"
    write_quiet(quiet, 3600.0)
    write_tones(tones, 600.0)
    node = CommandedNode(tmp_path, broker, quiet)
    settings = (
        "mqtt.discovery = true",
        "mqtt.level_seconds = 1.0",
        'mqtt.device_classes.hum = "safety"',
    )
    node.configure(*settings)
    earlier = home_assistant.log

    with node.run():
        wait_until(lambda: home_assistant.state(MUTE) == "off")
        wait_until(lambda: home_assistant.state("binary_sensor.north_gate_microphone") == "off")
        wait_until(lambda: home_assistant.state("sensor.north_gate_level") not in {None, "unknown"})
        hum = home_assistant.states()["binary_sensor.north_gate_hum"]["attributes"]
        assert hum["device_class"] == "safety"
        home_assistant.call("switch.turn_on", MUTE)
        wait_until(lambda: home_assistant.state(MUTE) == "on")
        home_assistant.call("switch.turn_off", MUTE)
        wait_until(lambda: home_assistant.state(MUTE) == "off")
        for button in ("self_test", "capture_now"):
            home_assistant.call("button.press", f"button.north_gate_{button}")
        done = f"{BASE}/result"
        wait_until(
            lambda: (
                [json.loads(m.payload)["status"] for m in subscriber.on(done)].count("done") == 4
            )
        )
    wait_until(lambda: home_assistant.state(MUTE) == "unavailable")  # it was killed

    with node.run(tones) as daemon:
        sounds = "event.north_gate_sounds"
        wait_until(lambda: home_assistant.state(sounds) not in {None, "unknown", "unavailable"})
        attributes = home_assistant.states()[sounds]["attributes"]
        assert attributes["event_type"] == attributes["label"] in attributes["event_types"]
        assert attributes["state"] == "confirmed"
        daemon.terminate()
        wait_until(lambda: home_assistant.state(MUTE) == "unavailable")

    node.configure(*settings, 'decide.exclude = ["hush"]')
    with node.run():
        wait_until(lambda: home_assistant.state(MUTE) == "off")
        wait_until(lambda: home_assistant.state("binary_sensor.north_gate_hush") is None)

        # As Home Assistant does when a user deletes the device.
        subscriber.publish(ANNOUNCEMENT, b"", retain=True)
        wait_until(lambda: home_assistant.state(MUTE) is None)
        assert not [entity for entity in home_assistant.states() if "north_gate" in entity]
    new = home_assistant.log.removeprefix(earlier).splitlines()
    assert [line for line in new if "No device components to cleanup" not in line] == []
    home_assistant.stop()
    assert home_assistant.registered() == {}


def has_state(home_assistant: HomeAssistant, entity: str) -> bool:
    """Returns whether an entity has a value."""
    return home_assistant.state(entity) not in {None, "unknown", "unavailable"}


@pytest.mark.timeout(3600)
def test_two_sources_with_thousands_of_labels_are_two_devices(
    home_assistant: HomeAssistant, broker: Broker, tmp_path: Path
) -> None:
    """Each has its chosen label, its groups, and an event of every label with its common name."""
    bundle, tones = write_wide_bundle(tmp_path / "wide"), tmp_path / "tones.wav"
    write_tones(tones, 600.0)
    earlier = home_assistant.log
    with ExitStack() as daemons:
        for source in ("yard", "gate"):
            config = tmp_path / f"{source}.toml"
            config.write_text(
                f'node.source = "{source}"\nmqtt.discovery = true\nmqtt.chosen = ["hum"]\n'
            )
            options = ["--config", str(config), "--bundle", str(bundle), "--broker", broker.url]
            daemons.enter_context(running(*options, "--source", f"wav:{tones}"))
        for source in ("yard", "gate"):
            sounds = f"event.north_gate_{source}_sounds"
            wait_until(partial(has_state, home_assistant, sounds))
            attributes = home_assistant.states()[sounds]["attributes"]
            assert attributes["event_types"] == ["hum", "sound"]
            assert attributes["event_type"] in attributes["event_types"]
            assert attributes["common_name"].startswith("Long-tailed Warbler")
            assert attributes["source"] == source
            sensor = f"binary_sensor.north_gate_{source}_long_tailed_warbler_0001"
            assert home_assistant.state(sensor) in {"on", "off"}
            assert home_assistant.state(f"binary_sensor.north_gate_{source}_any_sound") is not None
    new = home_assistant.log.removeprefix(earlier).splitlines()
    assert [line for line in new if "No device components to cleanup" not in line] == []
