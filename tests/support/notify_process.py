"""The real `soundpost-notify` process, started as a service does. Fixture: `notify`."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mosquitto import wait_until
from mqtt_subscriber import PATIENCE_SECONDS

PROGRAM = [sys.executable, "-m", "soundpost_notify"]


class NotifyProcess:
    """A running notifier.

    Args:
        folder: The folder of its configuration and its state.
        config: The configuration.
    """

    def __init__(self, folder: Path, config: str) -> None:
        folder.mkdir(exist_ok=True)
        self._path = folder / "notify.toml"
        self._path.write_text(config, encoding="utf-8")
        self._environment = {**os.environ, "STATE_DIRECTORY": str(folder)}
        self._lines: list[str] = []
        self.process = subprocess.Popen(
            [*PROGRAM, "--config", str(self._path)],
            env=self._environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def log(self) -> str:
        """Its log so far."""
        return "".join(self._lines)

    def wait_for_log(self, text: str) -> None:
        """Returns as soon as a text is in its log."""
        wait_until(lambda: text in self.log or self.process.poll() is not None)
        assert text in self.log, self.log

    def wait_for_broker(self) -> None:
        """Returns when it is subscribed."""
        self.wait_for_log("connected to mqtt://")

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Runs a command of the program with the same configuration and state."""
        return subprocess.run(
            [*PROGRAM, "--config", str(self._path), *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )

    def terminate(self) -> int:
        """Sends SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """Ends the process with SIGKILL."""
        self.process.kill()
        self.wait()

    def wait(self) -> int:
        """Waits until it ends; returns the exit status."""
        status = self.process.wait(PATIENCE_SECONDS)
        self._reader.join()
        if self.process.stderr is not None:
            self.process.stderr.close()
        return status

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._lines.append(line)


StartNotify = Callable[[str], NotifyProcess]


@pytest.fixture
def notify(tmp_path: Path) -> Iterator[StartNotify]:
    """Provides a function that starts a notifier; all of a test have the same state."""
    started: list[NotifyProcess] = []

    def start(config: str) -> NotifyProcess:
        started.append(NotifyProcess(tmp_path / "notify", config))
        return started[-1]

    yield start
    for process in started:
        if process.process.poll() is None:
            process.kill()
