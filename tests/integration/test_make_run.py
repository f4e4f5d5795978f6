"""The newcomer's first command."""

import re
import subprocess
import sys
from pathlib import Path

from mosquitto import require_mosquitto

DEMONSTRATION = Path(__file__).resolve().parents[2] / "deploy" / "demo" / "run.py"
WAIT_SECONDS = 120


def test_the_demonstration_shows_what_a_subscriber_receives() -> None:
    """With no microphone and no broker, the scene's sounds come out of MQTT by their names."""
    require_mosquitto()
    done = subprocess.run(
        [sys.executable, str(DEMONSTRATION), "--pace", "fast"],
        capture_output=True,
        text=True,
        check=False,
        timeout=WAIT_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "online" in done.stdout
    found = re.search(r"Played (\d+) sounds, recognised (\d+)", done.stdout)
    assert found
    assert found[1] == found[2], done.stdout
    assert re.search(r"\d+ times real time", done.stdout)
