"""The demonstration's page, if the libraries of `soundpost-web` are installed."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

START_SECONDS = 15.0
"""The page is there in a second; a slow board needs some."""
END_SECONDS = 10.0


@contextmanager
def started_page(folder: Path, broker: str) -> Iterator[str | None]:
    """Provides the address of a page that shows the nodes of a broker; None without its libraries.

    Args:
        folder: The folder of its state.
        broker: The URL of the broker.
    """
    if find_spec("starlette") is None:
        yield None
        return
    port = _free_port()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "soundpost_web", "--broker", broker, "--port", str(port)],
        env=os.environ | {"XDG_STATE_HOME": str(folder)},
        stderr=subprocess.DEVNULL,  # its lines would stand between the messages
        start_new_session=True,  # Ctrl-C ends the daemon first
    )
    try:
        yield f"http://127.0.0.1:{port}/" if _answers(port, process) else None
    finally:
        process.terminate()
        process.wait(END_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int, process: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False
