"""The demonstration's broker: mosquitto on a free loopback port."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 10.0
"""Mosquitto starts in well under a second; more means that it failed."""


@contextmanager
def started_broker(folder: Path) -> Iterator[str]:
    """Provides the URL of a broker that runs during the context, with its files in `folder`."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        sys.exit("no mosquitto found: apt install mosquitto, or set BROKER=mqtt://… to your broker")
    port = _free_port()
    configuration = folder / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest none\n"
    )
    configuration.chmod(0o644)
    folder.chmod(0o755)  # as root, mosquitto becomes user mosquitto before it reads the file
    # In a session of its own: Ctrl-C must not end it before the daemon has disconnected.
    process = subprocess.Popen(  # noqa: S603 - a fixed program
        [program, "-c", str(configuration)], start_new_session=True
    )
    try:
        _wait_for(port, process)
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"mosquitto did not start on port {port}")
