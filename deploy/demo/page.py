"""The demonstration's page, if the libraries of `soundpost-web` are installed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from local_server import answers, free_port

START_SECONDS = 15.0
"""The page is there in a second; a slow board needs some."""
END_SECONDS = 10.0
SETTINGS = """\
[analyze]
allowed = "viewer"
"""
"""Everyone on this machine may try a recording of their own."""


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
    port, config = free_port(), folder / "page.toml"
    config.write_text(SETTINGS, encoding="utf-8")
    flags = ["--config", str(config), "--broker", broker, "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "soundpost_web", *flags],
        env=os.environ | {"XDG_STATE_HOME": str(folder)},
        stderr=subprocess.DEVNULL,  # its lines would stand between the messages
        start_new_session=True,  # Ctrl-C ends the daemon first
    )
    try:
        yield f"http://127.0.0.1:{port}/" if answers(port, process, START_SECONDS) else None
    finally:
        process.terminate()
        process.wait(END_SECONDS)
