"""The commands of docs/SOURCES.md that lead from a camera to MQTT, each run as written."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from daemon_process import SOUNDPOST
from mosquitto import Broker
from mqtt_subscriber import PATIENCE_SECONDS
from rtsp_server import MakeCamera

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "SOURCES.md"
ADDRESS = "192.0.2.20:554"
USER, PASSWORD = "viewer", "s3cret"


def commands(heading: str) -> list[str]:
    """Returns the commands below a heading, without their comments."""
    section = DOCUMENT.read_text().partition(f"## {heading}\n")[2]
    block = re.search(r"```\n(.*?)```", section, re.DOTALL)
    assert block is not None
    return [line.partition("  #")[0].rstrip() for line in block[1].splitlines()]


@pytest.mark.camera
@pytest.mark.skipif(shutil.which("mosquitto_sub") is None, reason="mosquitto-clients is missing")
def test_five_commands_lead_from_a_camera_to_mqtt(
    broker: Broker, make_camera: MakeCamera, tmp_path: Path
) -> None:
    """In one shell, with another address of camera and broker; the first installs packages."""
    camera = make_camera("--user", USER, "--password", PASSWORD)
    install, *rest = commands("From a camera to MQTT")
    assert install.startswith("sudo apt install ffmpeg mosquitto")
    assert len(rest) == 4
    password, check, subscribe, run = (
        line.replace(ADDRESS, f"127.0.0.1:{camera.port}") for line in rest
    )
    port = broker.url.rpartition(":")[2]
    script = f"""
set -e
{password} <<< {PASSWORD}
{check} --broker {broker.url}
{subscribe.replace("mosquitto_sub", f"mosquitto_sub -p {port}")}
timeout --preserve-status -s INT 20 {run} --broker {broker.url}
sleep 1
kill %1
"""
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{SOUNDPOST.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS + 60.0,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"ok    sound   rtsp://viewer@127.0.0.1:\d+/camera: 16000 Hz", done.stdout)
    assert re.search(r"^soundpost/\S+/status online$", done.stdout, re.MULTILINE)
    assert re.search(r'^soundpost/\S+/health \{.*"samples": ?[1-9]', done.stdout, re.MULTILINE)
    assert PASSWORD not in done.stdout + done.stderr
