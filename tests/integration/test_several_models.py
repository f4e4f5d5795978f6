"""Several models on one source, as a real process with a real broker."""

import json
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from daemon_process import DETECTIONS, HEALTH, NODE, STATUS, running, soundpost
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber
from tiny_models import write_tiny_bundle

Row = dict[str, Any]
RATES_HZ = {"low": 16_000, "high": 48_000}
LABELS = {"low": ("dog", "hiss", "hum"), "high": ("dog", "bell", "owl")}
RULES = "on_threshold = 0.36\noff_threshold = 0.33\nsmoothing_windows = 2\n"
"""So low that the tiny network's random scores start and end many events."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides a folder with two bundles, and a recording of tones and noise at 44.1 kHz."""
    folder = tmp_path_factory.mktemp("several")
    for name, rate_hz in RATES_HZ.items():
        write_tiny_bundle(folder / name, rate_hz, LABELS[name])
    rng = np.random.default_rng(7)
    steps = np.repeat(rng.choice([0.0, 0.1, 0.4], 30), 44_100 // 3)
    tone = np.sin(2 * np.pi * np.repeat(rng.uniform(200, 6000, 30), 44_100 // 3).cumsum() / 44_100)
    sound = steps * (0.5 * tone + 0.3 * rng.normal(size=len(steps)))
    soundfile.write(folder / "sound.wav", np.clip(sound, -1, 1), 44_100, "PCM_16")
    return folder


def write_config(folder: Path, *names: str, more: str = "") -> Path:
    """Writes a configuration with these models, all captured at 48 kHz."""
    models = "".join(
        f'[[models]]\nbundle = "{folder / name}"\n[models.decide]\n{RULES}' for name in names
    )
    path = folder / f"{'-'.join(names)}.toml"
    path.write_text(f"capture.rate_hz = 48000\nnode.name = '{NODE}'\n{more}\n{models}")
    return path


def listen(folder: Path, *names: str) -> list[Row]:
    """Returns the detections that `soundpost listen` prints with these models."""
    config = write_config(folder, *names)
    done = soundpost("listen", "--config", str(config), str(folder / "sound.wav"))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def rows_of(messages: list[Received]) -> list[Row]:
    """Returns the detections among the messages."""
    return [json.loads(m.payload) for m in messages if m.topic == DETECTIONS]


def is_offline(messages: list[Received]) -> bool:
    """Returns whether the node went offline."""
    return any(m.topic == STATUS and m.payload == b"offline" for m in messages)


def without_numbers(rows: list[Row]) -> list[Row]:
    """Returns rows without the numbers that a run gives."""
    return [{key: row[key] for key in row if key not in {"id", "seq"}} for row in rows]


def test_two_models_detect_what_each_detects_alone(folder: Path) -> None:
    """Each JSON object is the same, to the last digit, but for its number and its event's id."""
    both = listen(folder, "low", "high")
    assert [row["seq"] for row in both] == list(range(1, len(both) + 1))
    assert len({row["id"] for row in both}) == sum(row["state"] == "started" for row in both)
    for name in ("low", "high"):
        alone = listen(folder, name)
        assert len(alone) > 10
        of_model = [row for row in both if row["model"]["id"] == name]
        assert without_numbers(of_model) == without_numbers(alone)
    assert {row["model"]["id"] for row in both if row["label"] == "dog"} == {"low", "high"}


def test_the_daemon_publishes_the_detections_of_both(
    broker: Broker, subscriber: Subscriber, folder: Path
) -> None:
    """In the same order; a label of both is OFF in the end, and health names both models."""
    config = write_config(folder, "low", "high", more=f'mqtt.broker = "{broker.url}"')
    source = f"wav:{folder / 'sound.wav'}"
    with running("--config", str(config), "--source", source, "--pace", "fast") as daemon:
        status, errors = daemon.wait()
    assert status == 0, errors
    rows = rows_of(subscriber.wait_for(is_offline))
    timeless = {"id", "onset", "offset", "clock", "clip"}
    listened = listen(folder, "low", "high")
    assert [{k: row[k] for k in row if k not in timeless} for row in rows] == [
        {k: row[k] for k in row if k not in timeless} for row in listened
    ]
    dog = [m.text for m in subscriber.received if m.topic.endswith("sound/dog")]
    assert dog[-1] == "OFF"
    health = json.loads(subscriber.on(HEALTH)[-1].payload)
    assert [model["id"] for model in health["models"]] == ["low", "high"]
    assert health["model"] == health["models"][0]
    assert health["counters"]["samples"] == round(30 * 44_100 // 3 * 48_000 / 44_100)


def test_a_reload_changes_the_models(
    broker: Broker, subscriber: Subscriber, folder: Path, tmp_path: Path
) -> None:
    """A list that names a model twice is refused, and the old one stays in use."""
    more = f'mqtt.broker = "{broker.url}"\nmqtt.health_seconds = 1.0'
    config = tmp_path / "soundpost.toml"
    config.write_text(write_config(folder, "low", more=more).read_text())
    source = ("--source", f"wav:{folder / 'sound.wav'}")

    def models(messages: list[Received]) -> list[list[str]]:
        found = [json.loads(m.payload) for m in messages if m.topic == HEALTH]
        return [[m["id"] for m in row.get("models", [row["model"]])] for row in found]

    with running("--config", str(config), *source) as daemon:
        subscriber.wait_for(lambda messages: ["low"] in models(messages))
        config.write_text(write_config(folder, "low", "low", more=more).read_text())
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_for_log("two models have the id 'low'")
        config.write_text(write_config(folder, "high", "low", more=more).read_text())
        daemon.process.send_signal(signal.SIGHUP)
        subscriber.wait_for(lambda messages: ["high", "low"] in models(messages))
        status, errors = daemon.terminate()
    assert status == 0, errors


def test_every_command_takes_several_models(broker: Broker, folder: Path) -> None:
    """By the configuration, and by a flag that is repeated."""
    more = f'mqtt.broker = "{broker.url}"\nmqtt.outbox = "{folder / "outbox.db"}"'
    config = str(write_config(folder, "low", "high", more=more))
    source = ("--source", f"wav:{folder / 'sound.wav'}")
    bundles = ("--bundle", str(folder / "low"), "--bundle", str(folder / "high"))
    check = soundpost("check", "--config", config, *source)
    assert check.returncode == 0, check.stdout
    assert "2 models, sound is captured at 48000 Hz, low takes 16000 Hz" in check.stdout
    selftest = soundpost("selftest", "--config", config)
    assert selftest.returncode == 0, selftest.stdout
    assert selftest.stdout.count("expected at") == 2
    labels = json.loads(soundpost("labels", "--json", *bundles).stdout)
    assert [(row["model"], row["label"]) for row in labels] == [
        (name, label) for name in ("low", "high") for label in LABELS[name]
    ]
    watch = soundpost("watch", *source, "--pace", "fast", *bundles)
    assert watch.returncode == 0, watch.stderr
    assert "listened for 0:00:10" in watch.stdout
    summary = soundpost("listen", "--scores", *bundles, str(folder / "sound.wav"))
    assert summary.returncode == 0, summary.stderr


def test_a_model_above_the_rate_of_capture_works_with_a_warning(folder: Path) -> None:
    """`check` says which band stays empty."""
    config = write_config(folder, "high")
    low = folder / "low-rate.toml"
    low.write_text(config.read_text().replace("48000", "16000"))
    source = ("--source", f"wav:{folder / 'sound.wav'}")
    check = soundpost("check", "--config", str(low), *source)
    assert "high takes sound at 48000 Hz and gets it at 16000 Hz" in check.stdout
    done = soundpost("listen", "--config", str(low), str(folder / "sound.wav"))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 10
