"""A real Home Assistant that knows a broker, spoken to as its own applications speak to it."""

import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mosquitto import free_port

PATIENCE_SECONDS = 600.0
_CONFIGURATION = """
http:
  server_host: 127.0.0.1
  server_port: {port}
config:
logger:
  default: warning
"""


def until(is_so: Callable[[], bool]) -> None:
    """Return as soon as something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE_SECONDS} s")
        time.sleep(0.5)


class House:
    """A Home Assistant; `start` after `stop` goes on with what it knew.

    Args:
        program: Its `hass`, with the requirements of `mqtt` and `frontend` beside it.
        folder: An empty folder for its configuration.
    """

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self.folder = folder
        self._port = free_port()
        self._token = ""
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "configuration.yaml").write_text(_CONFIGURATION.format(port=self._port))

    @property
    def log(self) -> str:
        """What this run has written down: warnings and errors."""
        return (self.folder / "home-assistant.log").read_text()

    def start(self) -> None:
        """Start it, and wait until it answers; at first with a user and no broker."""
        command = [self._program, "--config", str(self.folder), "--skip-pip"]
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        until(self._answers)
        if not self._token:
            self._move_in()
        until(lambda: self.ask("/api/config")["state"] == "RUNNING")

    def stop(self) -> None:
        """End it; it writes down what it knows."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def meet(self, broker_port: int) -> None:
        """Tell it of a broker, as a person does in its settings."""
        flows = "/api/config/config_entries/flow"
        flow = self.ask(flows, {"handler": "mqtt"})
        answers = {"broker": "127.0.0.1", "port": broker_port}
        created = self.ask(f"{flows}/{flow['flow_id']}", answers)
        assert created["type"] == "create_entry", created

    def states(self) -> dict[str, dict[str, Any]]:
        """Each entity's state and attributes, by its id."""
        return {one["entity_id"]: one for one in self.ask("/api/states")}

    def state(self, entity: str) -> str | None:
        """An entity's state; None if there is no such entity."""
        return self.states().get(entity, {}).get("state")

    def call(self, service: str, entity: str, **data: object) -> None:
        """Do what a press on a control does."""
        domain, _, name = service.partition(".")
        self.ask(f"/api/services/{domain}/{name}", {"entity_id": entity, **data})

    def registered(self) -> dict[str, dict[str, Any]]:
        """What it has written down of MQTT's entities, by their ids; while it is stopped."""
        known = json.loads((self.folder / ".storage" / "core.entity_registry").read_text())
        entities = known["data"]["entities"]
        return {one["entity_id"]: one for one in entities if one["platform"] == "mqtt"}

    def ask(self, path: str, data: object = None) -> Any:  # noqa: ANN401 - JSON
        """What it answers to a question, or, with data, to an order."""
        body = None if data is None else json.dumps(data).encode()
        return self._send(path, body, "application/json")

    def _send(self, path: str, body: bytes | None, kind: str) -> Any:  # noqa: ANN401 - JSON
        headers = {"Content-Type": kind}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        address = f"http://127.0.0.1:{self._port}{path}"
        request = urllib.request.Request(address, body, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
            return json.load(answer)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "output").read_text()
        try:
            self.ask("/api/onboarding")
        except urllib.error.HTTPError as error:
            return error.code in {401, 404}
        except OSError:
            return False
        return True

    def _move_in(self) -> None:
        client = f"http://127.0.0.1:{self._port}/"
        user = {
            "client_id": client,
            "name": "A",
            "username": "a",
            "password": "a",
            "language": "en",
        }
        code = self.ask("/api/onboarding/users", user)["auth_code"]
        grant = {"grant_type": "authorization_code", "code": code, "client_id": client}
        body = urllib.parse.urlencode(grant).encode()
        told = self._send("/auth/token", body, "application/x-www-form-urlencoded")
        self._token = told["access_token"]
