"""A node that obeys, and somebody who commands it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from daemon_process import NODE, Daemon, running
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber

from soundpost.publish.inbox.inbox import CommandInbox, PendingCommand

TINY = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"
BASE = f"soundpost/{NODE}"
RESULT = f"{BASE}/result"
SETTINGS = f"{BASE}/settings"


def next_command(inbox: CommandInbox) -> PendingCommand:
    """The next command that comes in at a door."""
    taken: list[PendingCommand] = []

    def has_come() -> bool:
        asked = inbox.pop_command()
        taken.extend([asked] if asked else [])
        return bool(taken)

    wait_until(has_come)
    return taken[0]


class Post:
    """A node that can be started more than once.

    Args:
        folder: Where its state, its configuration and its clips are.
        broker: Who brings it commands.
        quiet: What it listens to, unless there is something to hear.
    """

    def __init__(self, folder: Path, broker: Broker, quiet: Path) -> None:
        self.folder = folder
        self._broker = broker
        self._quiet = quiet
        self.config = folder / "soundpost.toml"
        self.configure()

    @property
    def memory(self) -> Path:
        """The file that outlives a run."""
        return self.folder / "commands.json"

    def configure(self, *lines: str) -> None:
        """Write the configuration, with more lines at its end."""
        wanted = ["mqtt.commands = true", f'evidence.folder = "{self.folder}/clips"']
        self.config.write_text("\n".join([*wanted, "evidence.keep_free_megabytes = 0", *lines]))

    @contextmanager
    def run(self, recording: Path | None = None, pace: str = "real") -> Iterator[Daemon]:
        """The daemon, listening."""
        source = ["--source", f"wav:{recording or self._quiet}", "--pace", pace]
        where = ["--broker", self._broker.url, "--config", str(self.config)]
        environment = os.environ | {"STATE_DIRECTORY": str(self.folder)}
        with running(*where, *source, "--bundle", str(TINY), environment=environment) as daemon:
            yield daemon


class Commander:
    """Sends commands to the node, and waits for what comes of them.

    Args:
        subscriber: Who receives all.
    """

    def __init__(self, subscriber: Subscriber) -> None:
        self._subscriber = subscriber
        self._sent = 0

    def send(self, name: str, payload: bytes) -> None:
        """Publish anything as a command."""
        self._subscriber.publish(f"{BASE}/command/{name}", payload, retain=False)

    def catch_up(self) -> None:
        """Return once all that was sent is answered."""
        self.ask("unmute")

    def ask(self, name: str, command_id: str | None = None, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """The end of what comes of a command."""
        self._sent += 1
        command_id = command_id or f"c{self._sent}"
        before = len(self.results(command_id))
        self.send(name, json.dumps({"id": command_id, **fields}).encode())

        def is_over(_: object) -> bool:
            results = self.results(command_id)[before:]
            return bool(results) and results[-1]["status"] != "started"

        self._subscriber.wait_for(is_over)
        return self.results(command_id)[-1]

    def results(self, command_id: str | None) -> list[dict[str, Any]]:
        """What was said of a command so far; with None, of those without an id."""
        told = [json.loads(message.payload) for message in self._subscriber.on(RESULT)]
        return [result for result in told if result["id"] == command_id]

    def settings(
        self, is_so: Callable[[dict[str, Any]], bool] = bool, *, after: int = 0
    ) -> dict[str, Any]:
        """How the node says that it decides, once it says that something is so.

        By then it hears commands, because it says so after it has subscribed.

        Args:
            is_so: What is waited for.
            after: So many settings that were told before do not count.
        """
        found: dict[str, Any] = {}

        def has_told(_: object) -> bool:
            for message in self._subscriber.on(SETTINGS)[after:][-1:]:
                found.update(json.loads(message.payload))
            return bool(found) and is_so(found)

        self._subscriber.wait_for(has_told)
        return found

    @property
    def settings_told(self) -> int:
        """How often it has said how it decides."""
        return len(self._subscriber.on(SETTINGS))
