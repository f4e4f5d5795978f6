"""The demonstration of `make run`."""

import re
import subprocess
import sys
from pathlib import Path

from mosquitto import require_mosquitto

DEMONSTRATION = Path(__file__).resolve().parents[2] / "deploy" / "demo" / "run.py"
WAIT_SECONDS = 120


def test_the_demonstration_recognises_every_sound() -> None:
    """It needs no microphone and no broker, and prints the received messages."""
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
