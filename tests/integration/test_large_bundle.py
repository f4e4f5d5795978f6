"""A daemon with a bundle of 6,522 labels, at a broker that takes packets of 2,048 bytes only."""

import json
from pathlib import Path

import pytest
from daemon_process import DETECTIONS, HEALTH, NODE, STATUS, running, soundpost
from mosquitto import MakeBroker
from mqtt_subscriber import Received, Subscriber
from recording import write_tones
from wide_bundle import BIRDNET_LABELS, GROUPS, write_wide_bundle

BASE = f"soundpost/{NODE}"
SETTINGS = f"{BASE}/settings"
ANNOUNCEMENT = f"homeassistant/device/{NODE}/soundpost/config"
CONFIG = """
mqtt.discovery = true
mqtt.commands = true
mqtt.chosen = ["hum"]
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides the bundle, made for these tests."""
    return write_wide_bundle(tmp_path_factory.mktemp("bundle") / "wide")


@pytest.fixture
def options(tmp_path: Path, bundle: Path) -> list[str]:
    """Provides the options of a daemon that classifies a recording of tones with it."""
    recording, config = tmp_path / "tones.wav", tmp_path / "soundpost.toml"
    write_tones(recording)
    config.write_text(CONFIG)
    source = ["--source", f"wav:{recording}", "--pace", "fast"]
    return [*source, "--bundle", str(bundle), "--config", str(config)]


def run(options: list[str], broker_url: str, subscriber: Subscriber) -> tuple[list[Received], str]:
    """Runs the daemon to the end of its recording; returns the messages and the log."""
    with running(*options, "--broker", broker_url) as daemon:
        status, errors = daemon.wait()
    assert status == 0, errors
    seen = subscriber.wait_for(
        lambda seen: any(m.text == "offline" for m in seen if m.topic == STATUS)
    )
    return seen, errors


def topics_below(messages: list[Received], level: str) -> set[str]:
    """Returns the topics of the messages that are below a level of the node's topics."""
    start = f"{BASE}/{level}/"
    return {message.topic for message in messages if message.topic.startswith(start)}


def test_a_broker_of_small_packets_gets_all_that_fits(
    make_broker: MakeBroker, options: list[str]
) -> None:
    """Detections with names, health, groups and chosen labels; only the announcement is missing."""
    broker = make_broker(extra=("max_packet_size 2048",))
    with Subscriber(broker.port) as subscriber:
        seen, log = run(options, broker.url, subscriber)
    detections = [json.loads(m.payload) for m in seen if m.topic == DETECTIONS]
    assert {row["label"] for row in detections} >= {"hum"}
    names = {(row["label"], row["common_name"], row["scientific_name"]) for row in detections}
    assert ("hum", "Long-tailed Warbler 0001", "Phylloscopus caudatus 0001") in names
    assert topics_below(seen, "sound") == {f"{BASE}/sound/hum", f"{BASE}/sound/any"}
    assert len(topics_below(seen, "group")) == GROUPS
    assert {m.text for m in seen if m.topic == f"{BASE}/sound/hum"} == {"ON", "OFF"}
    assert {m.text for m in seen if m.topic == f"{BASE}/group/family_01"} == {"ON", "OFF"}
    settings = json.loads(next(m.payload for m in seen if m.topic == SETTINGS))
    assert settings["left_out"] == {"thresholds": BIRDNET_LABELS - 1}
    assert not [m for m in seen if m.topic == ANNOUNCEMENT]
    last = json.loads([m.payload for m in seen if m.topic == HEALTH][-1])
    assert last["counters"]["messages_too_large"] >= 1
    assert (last["counters"]["messages_dropped"], last["counters"]["connects"]) == (0, 1)
    assert log.count("Packet too large") == 1
    assert log.count("1 of 6522 labels have a topic sound/<label>") == 1


def test_home_assistant_gets_an_announcement_of_at_most_64_kb(
    make_broker: MakeBroker, options: list[str]
) -> None:
    """From a broker without limits; nothing is retained but what the bounds allow."""
    broker = make_broker()
    with Subscriber(broker.port) as subscriber:
        seen, _ = run(options, broker.url, subscriber)
        with Subscriber(broker.port) as late:
            late.publish("end", b"", retain=False)
            left = late.wait_for(lambda got: any(m.topic == "end" for m in got))
    announcement = next(m.payload for m in seen if m.topic == ANNOUNCEMENT)
    assert len(announcement) <= 64_000
    assert "sound_hum" in json.loads(announcement)["components"]
    assert len([m for m in left if m.retain]) <= 200


def test_more_labels_than_fit_are_a_configuration_error(
    tmp_path: Path, bundle: Path, options: list[str]
) -> None:
    """Exit status 78, with a hint, before anything is published."""
    config = tmp_path / "all.toml"
    config.write_text('mqtt.sounds = "all"')
    done = soundpost("run", *options[:4], "--bundle", str(bundle), "--config", str(config))
    assert done.returncode == 78
    assert "expected at most 175 labels" in done.stderr
    checked = soundpost("check", *options[:2], "--bundle", str(bundle), "--config", str(config))
    assert checked.returncode != 0
    assert "expected at most 175 labels" in checked.stdout
