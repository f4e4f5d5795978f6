"""A real Home Assistant with a broker, used through its REST API."""

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


def wait_until(predicate: Callable[[], bool]) -> None:
    """Returns as soon as the predicate holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not predicate():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE_SECONDS} s")
        time.sleep(0.5)


class HomeAssistant:
    """A Home Assistant process; its state lasts over `stop` and `start`.

    Args:
        program: Path of `hass`, with the requirements of `mqtt` and `frontend` installed.
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
        """The warnings and errors of this run."""
        return (self.folder / "home-assistant.log").read_text()

    def start(self) -> None:
        """Starts it and waits until it responds; at the first start creates a user."""
        command = [self._program, "--config", str(self.folder), "--skip-pip"]
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        wait_until(self._responds)
        if not self._token:
            self._create_user()
        wait_until(lambda: self.request("/api/config")["state"] == "RUNNING")

    def stop(self) -> None:
        """Ends it; it saves its state."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def add_broker(self, broker_port: int) -> None:
        """Adds a broker, as a user does in its settings."""
        flows = "/api/config/config_entries/flow"
        flow = self.request(flows, {"handler": "mqtt"})
        settings = {"broker": "127.0.0.1", "port": broker_port}
        created = self.request(f"{flows}/{flow['flow_id']}", settings)
        assert created["type"] == "create_entry", created

    def states(self) -> dict[str, dict[str, Any]]:
        """Returns each entity's state and attributes, by its id."""
        return {entry["entity_id"]: entry for entry in self.request("/api/states")}

    def state(self, entity: str) -> str | None:
        """Returns an entity's state; None if there is no such entity."""
        return self.states().get(entity, {}).get("state")

    def call(self, service: str, entity: str, **data: object) -> None:
        """Calls a service on an entity, as a press on a control does."""
        domain, _, name = service.partition(".")
        self.request(f"/api/services/{domain}/{name}", {"entity_id": entity, **data})

    def registered(self) -> dict[str, dict[str, Any]]:
        """Returns the saved registry entries of MQTT entities, by their ids; only while stopped."""
        known = json.loads((self.folder / ".storage" / "core.entity_registry").read_text())
        entities = known["data"]["entities"]
        return {entry["entity_id"]: entry for entry in entities if entry["platform"] == "mqtt"}

    def request(self, path: str, data: object = None) -> Any:  # noqa: ANN401 - JSON
        """Sends a GET request, or a POST request with data; returns the response."""
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

    def _responds(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "output").read_text()
        try:
            self.request("/api/onboarding")
        except urllib.error.HTTPError as error:
            return error.code in {401, 404}
        except OSError:
            return False
        return True

    def _create_user(self) -> None:
        client = f"http://127.0.0.1:{self._port}/"
        user = {
            "client_id": client,
            "name": "A",
            "username": "a",
            "password": "a",
            "language": "en",
        }
        code = self.request("/api/onboarding/users", user)["auth_code"]
        grant = {"grant_type": "authorization_code", "code": code, "client_id": client}
        body = urllib.parse.urlencode(grant).encode()
        response = self._send("/auth/token", body, "application/x-www-form-urlencoded")
        self._token = response["access_token"]
