"""The real `soundpost` process, started as a user does."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from mqtt_subscriber import PATIENCE_SECONDS

SOUNDPOST = Path(sys.executable).parent / "soundpost"
NODE = "north-gate"
DETECTIONS = f"soundpost/{NODE}/detections"
STATUS = f"soundpost/{NODE}/status"
HEALTH = f"soundpost/{NODE}/health"


class Daemon:
    """A running `soundpost run`.

    Args:
        arguments: Command-line arguments, besides the node's name.
        environment: Environment of the process; by default that of the test.
        node: The name of the node.

    Attributes:
        started: The time of its start.
    """

    def __init__(
        self, arguments: list[str], environment: dict[str, str] | None = None, node: str = NODE
    ) -> None:
        self.started = datetime.now(UTC)
        self.process = subprocess.Popen(
            [str(SOUNDPOST), "run", "--node", node, *arguments],
            env=environment or dict(os.environ),
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait(self) -> tuple[int, str]:
        """Waits until the process ends by itself; returns its exit status and its stderr."""
        _, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, errors

    def wait_for_log(self, text: str) -> None:
        """Reads the stderr up to a line with this text."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if text in line:
                return
        raise AssertionError(f"the daemon ended without {text!r} in its log")

    def terminate(self) -> tuple[int, str]:
        """Sends SIGTERM; returns the exit status and the stderr."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """Ends the process with SIGKILL."""
        self.process.kill()
        self.process.communicate(timeout=PATIENCE_SECONDS)


def is_running(process: int) -> bool:
    """Returns whether a process runs: it is there, and no zombie."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False


@contextmanager
def running(*arguments: str, environment: dict[str, str] | None = None) -> Iterator[Daemon]:
    """Runs a daemon that is killed at the end of the context."""
    daemon = Daemon(list(arguments), environment)
    try:
        yield daemon
    finally:
        daemon.kill()


def soundpost(
    *arguments: str,
    environment: dict[str, str] | None = None,
    timeout_seconds: float = PATIENCE_SECONDS,
) -> "subprocess.CompletedProcess[str]":
    """Runs a command of soundpost; returns its exit status and its output."""
    return subprocess.run(
        [str(SOUNDPOST), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_seconds,
    )
