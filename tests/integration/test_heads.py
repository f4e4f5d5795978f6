"""A label that was taught on the node, as a real process with a real broker and real sounds."""

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from command_client import BASE, Commander
from daemon_process import DETECTIONS, HEALTH, NODE, STATUS, running, soundpost
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber
from taught_head import CATEGORY, LABEL, OTHERS, RATE_HZ, TAUGHT, clips, samples, teach

Row = dict[str, Any]
STATE = f"{BASE}/sound/{LABEL}"
BELL_SECONDS = 5.0
"""Where the recording has the bell: after five seconds of another sound, for five seconds."""


@pytest.fixture(scope="module")
def heads(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a head, whose files no test changes."""
    folder = tmp_path_factory.mktemp("heads") / "heads"
    teach(folder, shared_data)
    return folder


@pytest.fixture(scope="module")
def recording(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of two other sounds, and between them a bell that the head was not taught on."""
    others = [samples(clips(shared_data, name)[8]) for name in OTHERS[:2]]
    bell = samples(clips(shared_data, CATEGORY)[TAUGHT + 1])
    path = tmp_path_factory.mktemp("recording") / "bell.wav"
    soundfile.write(path, np.concatenate((others[0], bell, others[1])), RATE_HZ, "PCM_16")
    return path


def write_config(folder: Path, heads: Path, *lines: str) -> Path:
    """Writes a configuration with a folder of heads."""
    path = folder / "soundpost.toml"
    first = [f'node.name = "{NODE}"', f'heads.folder = "{heads}"', "mqtt.health_seconds = 1.0"]
    path.write_text("\n".join([*first, *lines]) + "\n")
    return path


def is_offline(messages: list[Received]) -> bool:
    """Returns whether the node went offline."""
    return any(m.topic == STATUS and m.payload == b"offline" for m in messages)


def rows_of(messages: list[Received], label: str | None = None) -> list[Row]:
    """Returns the detections among the messages, of one label if it is given."""
    rows = [json.loads(m.payload) for m in messages if m.topic == DETECTIONS]
    return [row for row in rows if label in {None, row["label"]}]


def latest_health(messages: list[Received]) -> Row:
    """Returns the latest health; empty before the first one."""
    found = [m.payload for m in messages if m.topic == HEALTH]
    return json.loads(found[-1]) if found else {}


def test_the_label_of_a_head_is_published_as_any_label(
    broker: Broker, subscriber: Subscriber, heads: Path, recording: Path, tmp_path: Path
) -> None:
    """With its clip, its state topic, its entity, its rule of the configuration and its metrics."""
    config = write_config(
        tmp_path,
        heads,
        f'mqtt.broker = "{broker.url}"',
        f'evidence.folder = "{tmp_path}/clips"',
        "evidence.keep_free_megabytes = 0",
        "mqtt.discovery = true",
        f'metrics.textfile = "{tmp_path}/soundpost.prom"',
        f"[decide.labels.{LABEL}]\non_threshold = 0.7",
    )
    with running("--config", str(config), "--source", f"wav:{recording}", "--pace", "fast") as node:
        status, errors = node.wait()
    assert status == 0, errors
    assert f"heads: {LABEL} 1" in errors
    rows = rows_of(subscriber.wait_for(is_offline), LABEL)
    assert [row["state"] for row in rows] == ["started", "confirmed", "ended"]
    for row in rows:
        assert row["head"] == {"id": "gate-bell", "version": 1}
        assert row["model"]["id"] == "everyday"
        assert row["threshold"] == 0.7
    assert (tmp_path / "clips" / rows[-1]["clip"]).is_file()
    assert subscriber.on(STATE)[-1].text == "OFF"
    health = latest_health(subscriber.received)
    assert health["heads"] == [
        {"label": LABEL, "head": {"id": "gate-bell", "version": 1}, "problem": None}
    ]
    assert "heads" not in health["problems"]
    announced = [m.text for m in subscriber.received if m.topic.startswith("homeassistant/")]
    assert any(f"/sound/{LABEL}" in text for text in announced)
    assert f'label="{LABEL}"' in (tmp_path / "soundpost.prom").read_text()
    assert all("head" not in row for row in rows_of(subscriber.received) if row["label"] != LABEL)


def test_listen_and_analyze_detect_what_the_daemon_detects(
    heads: Path, recording: Path, tmp_path: Path
) -> None:
    """The bell, and with it nothing else of the head; other labels are the same without it."""
    config = write_config(tmp_path, heads)
    with_head = soundpost("listen", "--config", str(config), str(recording))
    assert with_head.returncode == 0, with_head.stderr
    rows = [json.loads(line) for line in with_head.stdout.splitlines()]
    (ended,) = [row for row in rows if row["label"] == LABEL and row["state"] == "ended"]
    assert ended["onset"] >= "1970-01-01T00:00:03"
    assert ended["offset"] <= "1970-01-01T00:00:12"
    without = soundpost("listen", "--node", NODE, str(recording))
    others = [row for row in rows if row["label"] != LABEL]
    plain = [json.loads(line) for line in without.stdout.splitlines()]
    numbers = {"id", "seq"}
    assert [{k: row[k] for k in row if k not in numbers} for row in others] == [
        {k: row[k] for k in row if k not in numbers} for row in plain
    ]
    out = tmp_path / "results"
    done = soundpost("analyze", "--config", str(config), "--out", str(out), str(recording))
    assert done.returncode == 0, done.stderr
    assert LABEL in (out / "events.csv").read_text()
    teach_again = soundpost("labels", "--config", str(config))
    assert LABEL in teach_again.stdout
    checked = soundpost("check", "--config", str(config), "--source", f"wav:{recording}")
    assert f"{LABEL} 1" in checked.stdout


def test_commands_reach_the_label_of_a_head(
    broker: Broker, subscriber: Subscriber, heads: Path, recording: Path, tmp_path: Path
) -> None:
    """A mute and a threshold, which stay over a restart."""
    config = write_config(tmp_path, heads, f'mqtt.broker = "{broker.url}"', "mqtt.commands = true")
    commander = Commander(subscriber)
    environment = {**os.environ, "STATE_DIRECTORY": str(tmp_path / "state")}
    (tmp_path / "state").mkdir()
    source = ("--config", str(config), "--source", f"wav:{recording}")
    with running(*source, environment=environment) as node:
        commander.settings()  # the node receives commands from then on
        assert commander.run("threshold", label=LABEL, on=0.9)["status"] == "done"
        assert commander.run("mute", labels=[LABEL], minutes=30)["status"] == "done"
        node.terminate()
    with running(*source, "--pace", "fast", environment=environment) as node:
        status, errors = node.wait()
    assert status == 0, errors
    subscriber.wait_for(lambda seen: latest_health(seen)["counters"]["events_muted"] >= 1)
    assert rows_of(subscriber.received, LABEL) == []


def test_a_reload_takes_a_new_head_and_a_damaged_one_is_set_aside(
    broker: Broker, subscriber: Subscriber, heads: Path, recording: Path, tmp_path: Path
) -> None:
    """The daemon goes on, and health names the reason until there is none."""
    installed = tmp_path / "heads"
    config = write_config(tmp_path, installed, f'mqtt.broker = "{broker.url}"')
    long = tmp_path / "long.wav"
    sound, _ = soundfile.read(recording, dtype="int16")
    soundfile.write(long, np.tile(sound, 20), RATE_HZ, "PCM_16")
    with running("--config", str(config), "--source", f"wav:{long}") as node:
        subscriber.wait_for(lambda now: latest_health(now) != {})
        assert "heads" not in latest_health(subscriber.received)
        shutil.copytree(heads, installed)
        node.process.send_signal(signal.SIGHUP)
        subscriber.wait_for(lambda now: "heads" in latest_health(now))
        subscriber.wait_for(lambda now: len(rows_of(now, LABEL)) > 0)
        subscriber.wait_for(lambda now: any(m.text == "ON" for m in now if m.topic == STATE))
        weights = installed / LABEL / "versions" / "1" / "head.npz"
        content = bytearray(weights.read_bytes())
        content[len(content) // 2] ^= 1
        weights.write_bytes(content)
        node.process.send_signal(signal.SIGHUP)
        subscriber.wait_for(lambda now: "heads" in latest_health(now).get("problems", []))
        health = latest_health(subscriber.received)
        assert "is damaged or another file" in health["heads"][0]["problem"]
        heard = health["heard_seconds"]
        subscriber.wait_for(lambda now: latest_health(now)["heard_seconds"] > heard)
        assert node.process.poll() is None
        status, errors = node.terminate()
    assert status == 0
    assert "versions/1 is damaged, and set aside as 1.damaged-" in errors
    assert [each.name.split("-")[0] for each in weights.parent.parent.iterdir()] == ["1.damaged"]


def test_the_background_of_a_service_is_kept(
    broker: Broker, heads: Path, recording: Path, tmp_path: Path
) -> None:
    """Minutes of embeddings in its state directory; with 0 hours they are removed."""
    (tmp_path / "state").mkdir()
    environment = {**os.environ, "STATE_DIRECTORY": str(tmp_path / "state")}
    for hours, has_background in ((1.0, True), (0.0, False)):
        config = write_config(
            tmp_path,
            heads,
            f'mqtt.broker = "{broker.url}"',
            f"heads.background_hours = {hours}",
        )
        arguments = ("--config", str(config), "--source", f"wav:{recording}", "--pace", "fast")
        with running(*arguments, environment=environment) as node:
            status, errors = node.wait()
        assert status == 0, errors
        assert any((tmp_path / "state" / "background").glob("everyday.*.npz")) == has_background
