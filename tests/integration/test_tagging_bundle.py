"""A bundle of sigmoid scores through the real daemon: labels that are off, and groups."""

import json
from pathlib import Path

import numpy as np
import pytest
from daemon_process import DETECTIONS, NODE, running, soundpost
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber
from recording import RATE_HZ, write
from tagging_bundle import write_tagging_bundle

BASE = f"soundpost/{NODE}"
DISCOVERY = f"homeassistant/device/{NODE}/soundpost/config"
# So low that each label of the random weights holds over noise.
CONFIG = """
node.name = "{node}"
capture.source = "wav:{folder}/noise.wav"
capture.pace = "fast"
classify.bundle = "{folder}/bundle"
mqtt.broker = "{broker}"
mqtt.discovery = true
decide.on_threshold = 0.02
decide.off_threshold = 0.01
"""


@pytest.fixture
def config(broker: Broker, tmp_path: Path) -> Path:
    """A configuration of the bundle, over noise with silence around it."""
    noise = np.random.default_rng(1).normal(0.0, 0.3, 4 * RATE_HZ)
    write(tmp_path / "noise.wav", noise)
    write_tagging_bundle(tmp_path / "bundle")
    path = tmp_path / "soundpost.toml"
    path.write_text(CONFIG.format(node=NODE, folder=tmp_path, broker=broker.url))
    return path


def run(config: Path, broker: Broker, *more: str) -> list[Received]:
    """Returns all messages of a daemon that reads the file to its end."""
    with config.open("a") as file:
        file.writelines(f"{line}\n" for line in more)
    with Subscriber(broker.port) as subscriber:
        with running("--config", str(config)) as daemon:
            status, errors = daemon.wait()
            assert status == 0, errors
        return subscriber.wait_for(lambda seen: any(m.text == "offline" for m in seen))


def labels_of(received: list[Received]) -> set[str]:
    """Returns the labels of the detections."""
    return {json.loads(m.payload)["label"] for m in received if m.topic == DETECTIONS}


def states_of(received: list[Received]) -> dict[str, list[str]]:
    """Returns the states of each sound and group, in the order in which they came."""
    states: dict[str, list[str]] = {}
    for message in received:
        kind, _, name = message.topic.removeprefix(f"{BASE}/").partition("/")
        if kind in {"sound", "group"}:
            states.setdefault(f"{kind}/{name}", []).append(message.text)
    return states


def test_labels_that_are_off_are_nowhere(config: Path, broker: Broker) -> None:
    """Neither events, nor topics, nor entities of Home Assistant, however high they score."""
    # At the fast pace the end of the file may come before ON is sent, which OFF then replaces.
    config.write_text(config.read_text().replace('capture.pace = "fast"', 'capture.pace = "real"'))
    received = run(config, broker)
    assert labels_of(received) == {"hiss"}
    states = states_of(received)
    assert set(states) == {"sound/hiss", "sound/any", "group/alarms"}
    assert all("ON" in seen and seen[-1] == "OFF" for seen in states.values())
    (announced, *_) = [json.loads(m.payload) for m in received if m.topic == DISCOVERY]
    entities = {key for key in announced["components"] if key.startswith(("sound_", "group_"))}
    assert entities == {"sound_hiss", "sound_any", "group_alarms"}
    assert announced["components"]["sounds"]["event_types"] == ["hiss"]


def test_several_labels_sound_at_once(config: Path, broker: Broker) -> None:
    """Labels that the configuration names are on, and each has its own event."""
    received = run(config, broker, "[decide.labels.hum]", "[decide.labels.hush]")
    assert labels_of(received) == {"hiss", "hum", "hush"}
    first = [json.loads(m.payload) for m in received if m.topic == DETECTIONS][:3]
    assert [(row["label"], row["state"]) for row in first] == [
        (label, "started") for label in ("hiss", "hum", "hush")
    ]
    assert {row["onset"] for row in first} == {first[0]["onset"]}
    assert set(states_of(received)) == {
        *("sound/hiss", "sound/hum", "sound/hush", "sound/any"),
        *("group/alarms", "group/people"),
    }


def test_check_counts_what_is_off(config: Path) -> None:
    """And states why, from the bundle's reasons and the configuration."""
    done = soundpost("check", "--config", str(config))
    assert "3 labels, 1 on, 2 off (1 missed budget, 1 context only)" in done.stdout
    with config.open("a") as file:
        file.write('decide.include = ["people"]\n')
    done = soundpost("check", "--config", str(config))
    assert "3 labels, 1 on, 2 off (2 not included)" in done.stdout
    with config.open("a") as file:
        file.write('decide.exclude = ["poeple"]\n')
    done = soundpost("check", "--config", str(config))
    assert done.returncode == 78
    assert "did you mean people?" in done.stdout


def test_tables_of_listen_have_several_labels_of_one_sound(config: Path) -> None:
    """Scores do not share a sum; a label that is off is in neither table."""
    with config.open("a") as file:
        file.write("[decide.labels.hum]\n")
    noise = str(config.parent / "noise.wav")
    done = soundpost("listen", "--config", str(config), "--summary", "--scores", noise)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert {row[0] for row in rows if row[0] in {"hiss", "hum", "hush"}} == {"hiss", "hum"}
    best = [float(row[3]) for row in rows if row[0] in {"hiss", "hum"}]
    assert sum(best) > 1.0
    done = soundpost("listen", "--config", str(config), "--include", "alarms", "--summary", noise)
    assert {line.split()[0] for line in done.stdout.splitlines()[1:-1]} == {"hiss"}


@pytest.mark.parametrize("is_marked", [True, False], ids=["marked", "unmarked"])
def test_speech_of_the_bundle_withholds_a_clip(
    config: Path, broker: Broker, *, is_marked: bool
) -> None:
    """The label holds over a faint tone, in which the voice detector finds no voice."""
    folder = config.parent
    write(folder / "noise.wav", np.tile([3 / 32_768, -3 / 32_768], 2 * RATE_HZ))
    if not is_marked:
        manifest = folder / "bundle" / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"speech":true', '"speech":false'))
    received = run(
        config,
        broker,
        f'evidence.folder = "{folder / "clips"}"',
        'evidence.privacy = "no-speech-clips"',
    )
    assert labels_of(received) == {"hiss"}
    clips = [json.loads(m.payload)["clip"] for m in received if m.topic == DETECTIONS]
    assert any(clips) is not is_marked
    assert bool(list((folder / "clips").glob("*.flac"))) is not is_marked
