"""FIFOs with a writer. Fixture: `fifo`."""

import os
import threading
from pathlib import Path

import pytest


def write_into(fifo: Path, content: bytes) -> threading.Thread:
    """Starts a thread that writes into a FIFO."""

    def run() -> None:
        with fifo.open("wb") as file:
            file.write(content)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """Provides a FIFO."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path
