"""A wrong configuration at the start of a service: the last good one is used, and reported."""

import json
import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from daemon_process import HEALTH, Daemon, running, soundpost
from mosquitto import Broker, wait_until
from mqtt_subscriber import Received, Subscriber

from soundpost.config.live import COPY
from soundpost.errors import EX_CONFIG

ROOT = Path(__file__).resolve().parents[2]
GOOD = "mqtt.health_seconds = 1\n"


class Service:
    """A service with a state folder and a service manager, as systemd starts it.

    Args:
        folder: Receives its files.
        broker: The broker of its good configuration.
        quiet: The recording that it classifies.
    """

    def __init__(self, folder: Path, broker: Broker, quiet: Path) -> None:
        self.folder = folder
        self.config = folder / "soundpost.toml"
        self.state = folder / "state"
        self.state.mkdir()
        self._broker, self._quiet = broker, quiet
        address = f"soundpost-test-{os.getpid()}-{folder.name}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(f"\0{address}")
        self._environment = os.environ | {
            "STATE_DIRECTORY": str(self.state),
            "NOTIFY_SOCKET": f"@{address}",
        }

    def write(self, more: str) -> None:
        """Writes the configuration file: a quiet recording, and these lines."""
        self.config.write_text(
            f'capture.source = "wav:{self._quiet}"\nmqtt.broker = "{self._broker.url}"\n{more}\n'
        )

    def running(self) -> AbstractContextManager[Daemon]:
        """Returns a context in which the service runs."""
        return running("--config", str(self.config), environment=self._environment)

    def statuses(self) -> str:
        """Returns what the service manager received since the last call."""
        received = ""
        while True:
            try:
                received += self._socket.recv(65_536).decode() + "\n"
            except BlockingIOError:
                return received

    def close(self) -> None:
        """Closes the service manager's socket."""
        self._socket.close()


@pytest.fixture
def service(tmp_path: Path, broker: Broker, quiet: Path) -> Iterator[Service]:
    """Provides a service with the copy of the configuration that an earlier run left."""
    service = Service(tmp_path, broker, quiet)
    service.write(GOOD)
    shutil.copy(service.config, service.state / COPY)
    yield service
    service.close()


def problems_of(messages: list[Received]) -> list[list[str]]:
    """Returns the problems of each health message that is not from an earlier run."""
    return [json.loads(m.payload)["problems"] for m in messages if m.topic == HEALTH and m.text]


def append(more: str) -> Callable[[Service], None]:
    """Returns a fault: lines that are added to the good configuration."""
    return lambda service: service.write(GOOD + more)


def replace(content: bytes) -> Callable[[Service], None]:
    """Returns a fault: another content of the file."""

    def fault(service: Service) -> None:
        service.config.write_bytes(content)

    return fault


def break_bundle(name: str) -> Callable[[Service], None]:
    """Returns a fault: a bundle with a damaged file."""

    def fault(service: Service) -> None:
        bundle = shutil.copytree(ROOT / "tests/golden/tiny-int8", service.folder / "bundle")
        content = bytearray((bundle / name).read_bytes())
        content[len(content) // 2] ^= 1
        (bundle / name).write_bytes(content[: None if name != "manifest.json" else 100])
        service.write(f'{GOOD}classify.bundle = "{bundle}"\n')

    return fault


def become_a_pipe(service: Service) -> None:
    """Puts a FIFO in the place of the file."""
    service.config.unlink()
    os.mkfifo(service.config)


def remove(service: Service) -> None:
    """Removes the file."""
    service.config.unlink()


FAULTS: dict[str, tuple[Callable[[Service], None], str]] = {
    "unknown bundle": (append('classify.bundle = "esc5O"'), "did you mean esc50?"),
    "unknown label": (append('decide.exclude = ["dgo"]'), "there is no label 'dgo'"),
    "unknown label with a table": (
        append("[decide.labels.dgo]\non_threshold = 0.5"),
        "there is no label 'dgo'",
    ),
    "unknown profile": (append('decide.profile = "stedy"'), "there is no profile 'stedy'"),
    "unknown label in a group": (append('[decide.groups]\na = ["dgo"]'), "no label 'dgo'"),
    "unknown label in a schedule": (
        append('[[decide.schedules]]\nfrom = "20:00"\nto = "21:00"\nlabels = ["dgo"]'),
        "there is no label 'dgo'",
    ),
    "schedule by the sun without a place": (
        append('[[decide.schedules]]\nfrom = "dusk"\nto = "dawn"'),
        "latitude",
    ),
    "unknown time zone": (
        append('node.timezone = "Mars/Base"\n[[decide.schedules]]\nfrom = "20:00"\nto = "21:00"\n'),
        "Mars/Base",
    ),
    "missing password file": (
        append('mqtt.username = "me"\nmqtt.password_file = "/absent"'),
        "mqtt.password_file /absent",
    ),
    "missing CA": (
        replace(b'mqtt.broker = "mqtts://localhost"\nmqtt.ca_file = "/absent"\n'),
        "mqtt.ca_file /absent",
    ),
    "key out of bounds": (append("gate.floor_seconds = 1e9"), "gate.floor_seconds: expected"),
    "unknown key": (append("nod.name = 1"), "unknown key nod"),
    "not TOML": (replace(b"[mqtt"), "is not TOML"),
    "Windows-1252": (replace(b"# B\xfcro\n"), "(line 1)"),
    "UTF-16": (replace("# a\n".encode("utf-16")), "UTF-16"),
    "zeros after a power cut": (replace(bytes(500)), "is not TOML"),
    "a FIFO": (become_a_pipe, "it is a pipe"),
    "absent": (remove, "No such file"),
    "damaged manifest": (break_bundle("manifest.json"), "is not a manifest"),
    "damaged model": (break_bundle("model.tflite"), "is damaged"),
    "damaged golden vectors": (break_bundle("golden.npz"), "is damaged"),
    "absent recording": (replace(b'capture.source = "wav:/absent.wav"\n'), "/absent.wav"),
}
"""Each fault with a part of its error."""

NOT_FOUND_BY_CHECK = {"absent recording"}
"""An absent recording is no error of the configuration: it ends `check` with 1."""


def test_a_run_leaves_a_copy_that_the_next_one_uses(service: Service, broker: Broker) -> None:
    """The copy is the file as it was when the daemon was ready."""
    (service.state / COPY).unlink()
    with service.running() as daemon, Subscriber(broker.port) as subscriber:
        subscriber.wait_for(lambda seen: problems_of(seen)[-1:] == [[]])
        assert daemon.terminate()[0] == 0
    assert (service.state / COPY).read_bytes() == service.config.read_bytes()


@pytest.mark.parametrize("fault", FAULTS)
def test_the_last_good_configuration_is_used_and_the_refusal_is_reported(
    service: Service, broker: Broker, fault: str
) -> None:
    """The log, health and systemd's status have it; `check` ends with 78 for the file."""
    break_it, reason = FAULTS[fault]
    break_it(service)
    with service.running() as daemon, Subscriber(broker.port) as subscriber:
        subscriber.wait_for(lambda seen: ["configuration"] in problems_of(seen))
        service_status = service.statuses()
        status, errors = daemon.terminate()
    assert status == 0, errors
    assert "Traceback" not in errors
    refusals = [line for line in errors.splitlines() if "the last good one is used" in line]
    assert len(refusals) == 1
    assert refusals[0].startswith("ERROR")
    assert reason in refusals[0]
    assert "an older configuration is in use" in service_status
    if fault not in NOT_FOUND_BY_CHECK:
        assert soundpost("check", "--config", str(service.config)).returncode == EX_CONFIG


def test_a_repaired_file_is_used_at_a_reload(service: Service, broker: Broker) -> None:
    """The problem ends with the refusal; another refusal raises it again."""
    service.write(f'{GOOD}classify.bundle = "esc5O"\n')
    with service.running() as daemon, Subscriber(broker.port) as subscriber:
        subscriber.wait_for(lambda seen: problems_of(seen)[-1:] == [["configuration"]])
        service.write(f"{GOOD}mqtt.keepalive_seconds = 20\n")
        daemon.process.send_signal(signal.SIGHUP)
        subscriber.wait_for(lambda seen: problems_of(seen)[-1:] == [[]])
        # Until it has started with it, the file is not known to work.
        wait_until(lambda: "keepalive_seconds = 20" in (service.state / COPY).read_text())
        service.write(f"{GOOD}mqtt.keepalive_secs = 20\n")
        daemon.process.send_signal(signal.SIGHUP)
        subscriber.wait_for(lambda seen: problems_of(seen)[-1:] == [["configuration"]])
        assert daemon.terminate()[0] == 0
    assert "keepalive_seconds = 20" in (service.state / COPY).read_text()


def test_a_reload_that_cannot_be_opened_falls_back_too(service: Service, broker: Broker) -> None:
    """A recording can be removed between the trial and the opening; the node stays."""
    with service.running() as daemon, Subscriber(broker.port) as subscriber:
        subscriber.wait_for(lambda seen: problems_of(seen)[-1:] == [[]])
        service.write(GOOD)
        content = service.config.read_text()
        service.config.write_text(content.replace("/quiet.wav", "/absent.wav"))
        daemon.process.send_signal(signal.SIGHUP)
        subscriber.wait_for(lambda seen: problems_of(seen)[-1:] == [["configuration"]])
        assert daemon.terminate()[0] == 0


@pytest.mark.parametrize("fault", ["unknown bundle", "not TOML", "missing password file"])
def test_the_first_start_with_a_wrong_configuration_ends_with_78(
    tmp_path: Path, broker: Broker, quiet: Path, fault: str
) -> None:
    """There is no last good one yet."""
    service = Service(tmp_path, broker, quiet)
    FAULTS[fault][0](service)
    with service.running() as daemon:
        status, errors = daemon.wait()
    service.close()
    assert (status, errors.count("hint: ")) == (EX_CONFIG, 1)
    assert FAULTS[fault][1] in errors


def test_without_both_configurations_the_error_has_both_reasons(service: Service) -> None:
    """The bundle of the last good configuration was removed, and the new file is wrong."""
    (service.state / COPY).write_text('classify.bundle = "/absent/old"\n')
    service.write('classify.bundle = "/absent/new"\n')
    with service.running() as daemon:
        status, errors = daemon.wait()
    assert status == EX_CONFIG
    last_line = errors.splitlines()[-2]
    assert "/absent/new" in last_line
    assert "/absent/old" in last_line


def test_a_person_at_a_terminal_gets_the_error(service: Service) -> None:
    """Without a state folder nothing is replaced in silence."""
    service.write('classify.bundle = "esc5O"\n')
    done = soundpost("run", "--config", str(service.config))
    assert done.returncode == EX_CONFIG
    assert "last good" not in done.stderr
