"""A mosquitto broker on a loopback port of its own."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
from mqtt_subscriber import PATIENCE_SECONDS, Subscriber

_SAVING = "Saving in-memory database"
_DEBIAN_PATH = "/usr/sbin"  # Debian installs mosquitto here, outside a plain user's PATH


@dataclass(frozen=True)
class Access:
    """The users of a broker, and their rights.

    Attributes:
        passwords: User name to password; None admits anonymous clients.
        acl: Lines of mosquitto's acl_file; without any, every client has all rights.
    """

    passwords: dict[str, str] | None = None
    acl: tuple[str, ...] = ()


class Broker:
    """A mosquitto process; `start` after `kill` or `stop` uses the same port again.

    Args:
        folder: An empty folder for its configuration and its files.
        access: The users and their rights.
        persistent: True if retained and queued messages survive `kill`.
        extra: More lines of its configuration, such as the TLS options of the listener.
    """

    def __init__(
        self,
        folder: Path,
        access: Access | None = None,
        *,
        persistent: bool = False,
        extra: tuple[str, ...] = (),
    ) -> None:
        self._program = require_mosquitto()
        self._folder = folder
        self._access = access or Access()
        self._persistent = persistent
        self._extra = extra
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        """The address, as in soundpost's configuration."""
        return f"mqtt://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process id, while it runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """The output so far."""
        path = self._folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def start(self) -> Self:
        """Starts the process and waits until it accepts connections."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-v", "-c", str(self._write_configuration())],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        process = self._process
        wait_until(lambda: _listens(self.port) or process.poll() is not None)
        if process.poll() is not None:
            raise RuntimeError(f"mosquitto did not start:\n{self.log}")
        return self

    def save(self) -> None:
        """Makes a persistent broker write its database now, with its subscribers."""
        assert self._process is not None
        process, saved = self._process, self.log.count(_SAVING)

        def has_saved() -> bool:
            # It logs the beginning of a write: with the second line the first write is done. It
            # ignores a signal that arrives during a write.
            process.send_signal(signal.SIGUSR1)
            return self.log.count(_SAVING) >= saved + 2

        wait_until(has_saved)

    def change_access(self, *acl: str) -> None:
        """Replaces the access list of a broker that has one."""
        assert self._process is not None
        (self._folder / "acl").write_text("\n".join(acl) + "\n", encoding="utf-8")
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """Ends the process with SIGTERM."""
        self._end("terminate")

    def kill(self) -> None:
        """Ends the process with SIGKILL."""
        self._end("kill")

    def _end(self, method: str) -> None:
        if self._process is not None:
            getattr(self._process, method)()
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def _write_configuration(self) -> Path:
        lines = [
            f"listener {self.port} 127.0.0.1",
            f"allow_anonymous {str(not self._access.passwords).lower()}",
            *self._extra,
        ]
        if os.geteuid() == 0:
            lines.append("user root")  # its own user cannot read this folder
        if self._access.passwords:
            lines.append(f"password_file {self._write_passwords(self._access.passwords)}")
        if self._access.acl:
            acl = self._folder / "acl"
            acl.write_text("\n".join(self._access.acl) + "\n", encoding="utf-8")
            lines.append(f"acl_file {acl}")
        if self._persistent:
            lines += ["persistence true", f"persistence_location {self._folder}/"]
            lines += ["autosave_interval 1", "autosave_on_changes true"]
        path = self._folder / "mosquitto.conf"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def _write_passwords(self, passwords: dict[str, str]) -> Path:
        path = self._folder / "passwords"
        path.write_text(
            "".join(f"{user}:{password}\n" for user, password in passwords.items()),
            encoding="utf-8",
        )
        path.chmod(0o600)
        subprocess.run(["mosquitto_passwd", "-U", str(path)], check=True, timeout=PATIENCE_SECONDS)
        return path


def free_port() -> int:
    """Returns a TCP port on loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(predicate: Callable[[], bool]) -> None:
    """Returns as soon as a predicate holds; for events that offer no better way to wait."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not predicate():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE_SECONDS} s")
        time.sleep(0.01)


def require_mosquitto() -> str:
    """Returns the program's path; without it the test is skipped, or fails under CI."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path=_DEBIAN_PATH)
    if found is not None:
        return found
    reason = "mosquitto is not installed; apt-get install mosquitto"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


MakeBroker = Callable[..., Broker]


@pytest.fixture
def make_broker(tmp_path: Path) -> Iterator[MakeBroker]:
    """Provides a factory of brokers, with `Broker`'s arguments after the folder."""
    made: list[Broker] = []

    def make(access: Access | None = None, **options: Any) -> Broker:  # noqa: ANN401 - Broker's options
        folder = tmp_path / f"broker-{len(made)}"
        folder.mkdir()
        made.append(Broker(folder, access, **options))
        return made[-1].start()

    yield make
    for broker in made:
        broker.kill()


@pytest.fixture
def broker(make_broker: MakeBroker) -> Broker:
    """Provides a broker without access control and without persistence."""
    return make_broker()


@pytest.fixture(scope="module")
def module_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Provides a broker for all tests of a file."""
    broker = Broker(tmp_path_factory.mktemp("broker")).start()
    yield broker
    broker.kill()


@pytest.fixture
def subscriber(broker: Broker) -> Iterator[Subscriber]:
    """Provides a subscriber to all topics of `broker`."""
    with Subscriber(broker.port) as subscriber:
        yield subscriber
