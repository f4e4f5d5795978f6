"""The real `soundpost`, as its users start it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
        arguments: Its flags, besides the node's name.
        environment: The process's environment; by default that of the test.
    """

    def __init__(self, arguments: list[str], environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [str(SOUNDPOST), "run", "--node", NODE, *arguments],
            env=environment or dict(os.environ),
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait(self) -> tuple[int, str]:
        """Its exit status and what it wrote to stderr, once it has ended by itself."""
        _, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, errors

    def terminate(self) -> tuple[int, str]:
        """The same, after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """End it with SIGKILL."""
        self.process.kill()
        self.process.communicate(timeout=PATIENCE_SECONDS)


@contextmanager
def running(*arguments: str, environment: dict[str, str] | None = None) -> Iterator[Daemon]:
    """A daemon that does not outlive the test."""
    daemon = Daemon(list(arguments), environment)
    try:
        yield daemon
    finally:
        daemon.kill()


def soundpost(
    *arguments: str, environment: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """What a command of soundpost printed, and its exit status."""
    return subprocess.run(
        [str(SOUNDPOST), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
