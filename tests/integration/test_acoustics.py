"""Acoustic figures by real processes: live with a real broker, and of an archive that is killed."""

import csv
import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from daemon_process import NODE, SOUNDPOST, running, soundpost
from jsonschema import Draft202012Validator
from mosquitto import Broker
from mqtt_subscriber import PATIENCE_SECONDS, Received, Subscriber
from sample_archive import tables, write_archive, write_models
from tiny_models import write_tiny_bundle

from soundpost.errors import EX_CONFIG

RATE_HZ = 16_000
TOPIC = f"soundpost/{NODE}/acoustics"
ANNOUNCEMENT = f"homeassistant/device/{NODE}/soundpost/config"
SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "schema" / "acoustics-1.json"
TONE_DB = 120.0 - 20.0
"""The level of the tone of the test with the calibration of the test."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Provides a bundle, and a recording of four minutes: a tone 20 dB below full scale."""
    write_tiny_bundle(tmp_path / "tiny", RATE_HZ, ("dog", "hiss", "hum"))
    at = np.arange(240 * RATE_HZ) / RATE_HZ
    soundfile.write(tmp_path / "tone.wav", 0.1 * np.sin(2 * np.pi * 1_000 * at), RATE_HZ, "PCM_16")
    return tmp_path


def configure(folder: Path, broker: Broker, acoustics: str) -> Path:
    """Writes a configuration that reads the recording as fast as possible."""
    path = folder / "soundpost.toml"
    path.write_text(
        f"classify.bundle = '{folder / 'tiny'}'\n"
        f"mqtt.broker = 'mqtt://127.0.0.1:{broker.port}'\n"
        "mqtt.discovery = true\n"
        f"metrics.textfile = '{folder / 'soundpost.prom'}'\n"
        "metrics.every_seconds = 1.0\n"
        f"[capture]\nsource = 'wav:{folder / 'tone.wav'}'\npace = 'fast'\n{acoustics}"
    )
    return path


def of_topic(messages: list[Received]) -> list[dict[str, Any]]:
    """Returns the acoustic figures among the messages."""
    return [json.loads(m.payload) for m in messages if m.topic == TOPIC and m.payload]


def is_offline(messages: list[Received]) -> bool:
    """Returns whether the node has published its last message."""
    return any(message.payload == b"offline" for message in messages)


def run_to_the_end(config: Path) -> str:
    """Runs the daemon to the end of its recording; returns its log."""
    with running("--config", str(config)) as daemon:
        status, log = daemon.wait()
    assert status == 0, log
    return log


def test_the_figures_of_a_minute_are_retained(
    folder: Path, broker: Broker, subscriber: Subscriber
) -> None:
    """By UTC minutes, in dB SPL, valid, once a minute; Home Assistant gets a sensor for it."""
    acoustics = "calibration_db = 120.0\n[acoustics]\nenabled = true\n"
    run_to_the_end(configure(folder, broker, acoustics))
    received = subscriber.wait_for(is_offline)
    figures = of_topic(received)[-1]
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(figures)
    assert (figures["node"], figures["rate_hz"]) == (NODE, RATE_HZ)
    assert figures["level_reference"] == "20_micropascal"
    for level in ("leq_db", "laeq_db", "laf10_db", "laf50_db", "laf90_db", "lafmax_db"):
        assert figures[level] == pytest.approx(TONE_DB, abs=0.1), level
    assert figures["ndsi"] == pytest.approx(-1.0, abs=0.1)  # the tone is in the band of machines
    assert figures["start"].endswith(":00.000Z")
    starts = [each["start"] for each in of_topic(received)]
    assert starts == sorted(starts)
    (announced, *_) = [json.loads(m.payload) for m in received if m.topic == ANNOUNCEMENT]
    assert announced["components"]["minute_level"]["state_topic"] == TOPIC
    with Subscriber(broker.port, TOPIC) as later:
        (retained,) = later.wait_for(len)
    assert retained.retain
    assert json.loads(retained.payload) == figures


def test_off_by_default(folder: Path, broker: Broker, subscriber: Subscriber) -> None:
    """Neither a topic, nor a sensor, nor a metric."""
    run_to_the_end(configure(folder, broker, "calibration_db = 120.0\n"))
    received = subscriber.wait_for(is_offline)
    assert not [m for m in received if m.topic == TOPIC]
    (announced, *_) = [json.loads(m.payload) for m in received if m.topic == ANNOUNCEMENT]
    assert "minute_level" not in announced["components"]
    assert "soundpost_sound_level" not in (folder / "soundpost.prom").read_text()


def test_figures_are_removed_from_the_broker_when_they_are_turned_off(
    folder: Path, broker: Broker, subscriber: Subscriber
) -> None:
    """The next start clears the retained message of the one before."""
    config = configure(folder, broker, "[acoustics]\nenabled = true\n")
    content = f"mqtt.outbox = '{folder / 'outbox.db'}'\n{config.read_text()}"
    config.write_text(content)
    run_to_the_end(config)
    subscriber.wait_for(of_topic)
    config.write_text(content.replace("enabled = true", "enabled = false"))
    run_to_the_end(config)
    subscriber.wait_for(lambda messages: any(m.topic == TOPIC and not m.payload for m in messages))


@pytest.mark.parametrize("nonsense", ["-94.0", "0", "inf", "nan", "400", "'loud'", "true"])
def test_a_nonsense_calibration_is_refused(folder: Path, broker: Broker, nonsense: str) -> None:
    """With the exit status of a wrong configuration, and the bounds."""
    config = configure(folder, broker, f"calibration_db = {nonsense}\n")
    done = soundpost("run", "--config", str(config))
    assert done.returncode == EX_CONFIG
    assert "calibration_db" in done.stderr


def analyze(card: Path, out: Path, config: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    """Analyzes an archive."""
    return soundpost("analyze", str(card), "--out", str(out), "--config", str(config), *more)


def minutes(out: Path) -> list[dict[str, str]]:
    """Returns the rows of the table of minutes."""
    with (out / "acoustics.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_an_archive_has_a_row_for_each_minute(tmp_path: Path) -> None:
    """The same bytes for one and three workers and after a kill; the events are not touched."""
    config = write_models(tmp_path, "low")
    card = tmp_path / "card"
    write_archive(card, 3, seconds=63.0)
    options = ("--acoustics", "--timezone", "Europe/Berlin")
    done = analyze(card, tmp_path / "one", config, *options, "--workers", "1")
    assert done.returncode == 0, done.stderr
    rows = minutes(tmp_path / "one")
    assert [(row["seconds"], row["partial"]) for row in rows] == [
        ("60.000", "false"),
        ("3.000", "true"),
    ] * 3
    assert [row["file"] for row in rows] == sorted(row["file"] for row in rows)
    assert rows[1]["start_utc"] == "2025-10-25T22:01:00.000000000Z"
    assert all(row["ndsi"] and row["laeq_db"] for row in rows)

    done = analyze(card, tmp_path / "three", config, *options, "--workers", "3")
    assert done.returncode == 0, done.stderr
    expected = (tmp_path / "one" / "acoustics.csv").read_bytes()
    assert (tmp_path / "three" / "acoustics.csv").read_bytes() == expected

    killed = tmp_path / "killed"
    command = ["analyze", str(card), "--out", str(killed), "--config", str(config), *options]
    with subprocess.Popen(
        [str(SOUNDPOST), *command, "--workers", "1"], stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not list((killed / ".journal").rglob("parts/*/*.json")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    done = analyze(card, killed, config, *options, "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "files were done before" in done.stderr
    assert (killed / "acoustics.csv").read_bytes() == expected

    plain = analyze(card, tmp_path / "plain", config, *options[1:], "--workers", "1")
    assert plain.returncode == 0, plain.stderr
    assert not (tmp_path / "plain" / "acoustics.csv").exists()
    assert tables(tmp_path / "plain") == tables(tmp_path / "one")


def test_results_without_figures_are_not_mixed_with_them(tmp_path: Path) -> None:
    """The folder keeps what it has."""
    config = write_models(tmp_path, "low")
    write_archive(tmp_path / "card", 1)
    assert analyze(tmp_path / "card", tmp_path / "out", config).returncode == 0
    refused = analyze(tmp_path / "card", tmp_path / "out", config, "--acoustics")
    assert refused.returncode == EX_CONFIG
    assert "acoustics: none before, measured now" in refused.stderr


def test_another_calibration_needs_no_new_analysis(tmp_path: Path) -> None:
    """Parts are relative to full scale; only the table is written again."""
    config = write_models(tmp_path, "low")
    write_archive(tmp_path / "card", 1)
    out = tmp_path / "out"
    assert analyze(tmp_path / "card", out, config, "--acoustics").returncode == 0
    (before,) = minutes(out)
    config.write_text(f"capture.calibration_db = 117.0\n{config.read_text()}")
    done = analyze(tmp_path / "card", out, config, "--acoustics")
    assert done.returncode == 0, done.stderr
    assert "1 files were done before, 0 are to be analyzed" in done.stderr
    (after,) = minutes(out)
    assert float(after["leq_db"]) - float(before["leq_db"]) == pytest.approx(120.01, abs=0.011)
    assert (before["level_reference"], after["level_reference"]) == ("full_scale", "20_micropascal")
