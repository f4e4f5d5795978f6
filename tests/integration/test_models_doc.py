"""The commands of docs/MODELS.md, run as they are written."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from birdnet import BirdNet
from mosquitto import Broker
from mqtt_subscriber import Subscriber

MODELS = Path(__file__).resolve().parents[2] / "docs" / "MODELS.md"
WRITTEN_BROKER = "mqtt://localhost:1883"
LONGEST_SECONDS = 3_600.0
DETECTIONS = "soundpost/garden/detections"


def commands(heading: str, block: int = 0) -> list[str]:
    """Returns the commands of a block below a heading."""
    section = MODELS.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    return str(blocks[block]).splitlines()


def run(command: str, folder: Path) -> str:
    """Runs a command in a folder as a shell does; returns its output."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_SECONDS,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def write_dawn(path: Path, shared_data: Path, category: str) -> None:
    """Writes a recording of one kind of sound."""
    folder = shared_data / "esc50"
    with (folder / "esc50.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["category"] == category]
    clips = [soundfile.read(folder / "audio" / row["filename"], dtype="int16") for row in rows[:3]]
    soundfile.write(path, np.concatenate([samples for samples, _ in clips]), clips[0][1])


@pytest.mark.slow
@pytest.mark.timeout(LONGEST_SECONDS)
def test_yamnet_is_imported_and_shown_as_written(tmp_path: Path, shared_data: Path) -> None:
    """Two commands make it detect; three show what it is."""
    (tmp_path / "yamnet.tflite").symlink_to(shared_data / "yamnet" / "yamnet.tflite")
    write_dawn(tmp_path / "dawn.wav", shared_data, "dog")
    imported, listened = (run(command, tmp_path) for command in commands("YAMNet, with groups"))
    assert "written: models/yamnet" in imported
    assert re.search(r"^dog +[1-9]", listened, re.MULTILINE)
    shown, found, verified = (run(command, tmp_path) for command in commands("A look at a bundle"))
    assert "licence     Apache-2.0" in shown
    assert "\ndog " in found
    assert verified.count("ok  ") == 3


@pytest.mark.network
@pytest.mark.timeout(LONGEST_SECONDS)
def test_birdnet_publishes_after_five_commands(
    tmp_path: Path, shared_data: Path, birdnet: BirdNet, broker: Broker
) -> None:
    """Only the address of the broker is another one."""
    (tmp_path / "birdnet").symlink_to(birdnet.model.parent)
    write_dawn(tmp_path / "dawn.wav", shared_data, "crow")
    written = commands("BirdNET, in five commands", block=1)
    assert len(written) == 5
    with Subscriber(broker.port) as subscriber:
        outputs = [run(line.replace(WRITTEN_BROKER, broker.url), tmp_path) for line in written]
        messages = subscriber.wait_for(
            lambda seen: any(message.topic == DETECTIONS for message in seen)
        )
    assert "tawny_owl" in outputs[1]
    assert "crow" in outputs[2]
    events = [json.loads(message.payload) for message in messages if message.topic == DETECTIONS]
    assert any("crow" in event["label"] for event in events)
