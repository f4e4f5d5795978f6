"""The demonstration's broker: mosquitto on a free loopback port."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_server import answers, free_port

START_SECONDS = 10.0
"""Mosquitto starts in well under a second; more means that it failed."""


@contextmanager
def started_broker(folder: Path) -> Iterator[str]:
    """Provides the URL of a broker that runs during the context, with its files in `folder`."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        sys.exit("no mosquitto found: apt install mosquitto, or set BROKER=mqtt://… to your broker")
    port = free_port()
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
        if not answers(port, process, START_SECONDS):
            sys.exit(f"mosquitto did not start on port {port}")
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(START_SECONDS)
