"""A node that accepts commands, and a client that sends them."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from daemon_process import NODE, Daemon, running
from mosquitto import Broker, wait_until
from mqtt_subscriber import PATIENCE_SECONDS, Subscriber

from soundpost.publish.inbox.inbox import CommandInbox, PendingCommand

TINY = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"
BASE = f"soundpost/{NODE}"
RESULT = f"{BASE}/result"
SETTINGS = f"{BASE}/settings"


def next_command(inbox: CommandInbox) -> PendingCommand:
    """Returns the next command of an inbox, as soon as there is one."""
    popped: list[PendingCommand] = []

    def has_arrived() -> bool:
        pending = inbox.pop_command()
        popped.extend([pending] if pending else [])
        return bool(popped)

    wait_until(has_arrived)
    return popped[0]


class CommandedNode:
    """A node with `mqtt.commands` that can be started more than once.

    Args:
        folder: The folder of its state, its configuration and its clips.
        broker: The broker.
        quiet: The recording that it classifies, unless `run` has another.
    """

    def __init__(self, folder: Path, broker: Broker, quiet: Path) -> None:
        self.folder = folder
        self._broker = broker
        self._quiet = quiet
        self.config = folder / "soundpost.toml"
        self.configure()

    @property
    def state_file(self) -> Path:
        """The file of its command state, which lasts over restarts."""
        return self.folder / "commands.json"

    def configure(self, *lines: str) -> None:
        """Writes the configuration, with more lines at its end."""
        first = ["mqtt.commands = true", f'evidence.folder = "{self.folder}/clips"']
        self.config.write_text("\n".join([*first, "evidence.keep_free_megabytes = 0", *lines]))

    @contextmanager
    def run(self, recording: Path | None = None, pace: str = "real") -> Iterator[Daemon]:
        """Provides the running daemon."""
        source = ["--source", f"wav:{recording or self._quiet}", "--pace", pace]
        options = ["--broker", self._broker.url, "--config", str(self.config)]
        environment = os.environ | {"STATE_DIRECTORY": str(self.folder)}
        with running(*options, *source, "--bundle", str(TINY), environment=environment) as daemon:
            yield daemon


class Commander:
    """Sends commands to the node, and waits for their results.

    Args:
        subscriber: A subscriber to all topics.
    """

    def __init__(self, subscriber: Subscriber) -> None:
        self._subscriber = subscriber
        self._sent = 0

    def send(self, name: str, payload: bytes) -> None:
        """Publishes any bytes as a command."""
        self._subscriber.publish(f"{BASE}/command/{name}", payload, retain=False)

    def wait_for_results(self) -> None:
        """Returns once every command that was sent has its result."""
        self.run("unmute")

    def run(
        self,
        name: str,
        command_id: str | None = None,
        *,
        within_seconds: float = PATIENCE_SECONDS,
        **fields: Any,  # noqa: ANN401 - JSON
    ) -> dict[str, Any]:
        """Sends a command and returns its final result."""
        self._sent += 1
        command_id = command_id or f"c{self._sent}"
        before = len(self.results(command_id))
        self.send(name, json.dumps({"id": command_id, **fields}).encode())

        def is_final(_: object) -> bool:
            results = self.results(command_id)[before:]
            return bool(results) and results[-1]["status"] != "started"

        self._subscriber.wait_for(is_final, within_seconds)
        return self.results(command_id)[-1]

    def results(self, command_id: str | None) -> list[dict[str, Any]]:
        """Returns the results of a command so far; with None, those without an id."""
        results = [json.loads(message.payload) for message in self._subscriber.on(RESULT)]
        return [result for result in results if result["id"] == command_id]

    def settings(
        self, predicate: Callable[[dict[str, Any]], bool] = bool, *, after: int = 0
    ) -> dict[str, Any]:
        """Returns the settings of the node as soon as a predicate holds for them.

        By then it receives commands, because it publishes settings after it has subscribed.

        Args:
            predicate: The condition.
            after: So many settings that were published before do not count.
        """
        found: dict[str, Any] = {}

        def has_arrived(_: object) -> bool:
            for message in self._subscriber.on(SETTINGS)[after:][-1:]:
                found.update(json.loads(message.payload))
            return bool(found) and predicate(found)

        self._subscriber.wait_for(has_arrived)
        return found

    @property
    def settings_count(self) -> int:
        """The number of settings that were published so far."""
        return len(self._subscriber.on(SETTINGS))
