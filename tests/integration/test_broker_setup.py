"""The setup of deploy/mosquitto as in its README: a real broker with exactly these files."""

import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command_client import next_command
from mosquitto import Broker, free_port, require_mosquitto, wait_until
from mqtt_subscriber import PATIENCE_SECONDS, Subscriber
from probe_failures import probe_refusal
from sample_messages import message

from soundpost.config import MqttConfig
from soundpost.errors import PublishError
from soundpost.health import Health, Problem
from soundpost.messages import ModelIdentity
from soundpost.publish.probe import deliver, probe
from soundpost.publish.publisher import MqttPublisher, NodeDescription

SETUP = Path(__file__).resolve().parents[2] / "deploy" / "mosquitto"
DETECTIONS = "soundpost/north-gate/detections"
PASSWORDS = {"homeassistant": "secret-1", "archive": "secret-2"}


@dataclass(frozen=True)
class Setup:
    """A broker that is set up as in the README.

    Attributes:
        broker: The process.
        certificates: The folder that make-certificates.sh filled.
        nodes_port: Port for nodes.
        readers_port: Port for readers.
    """

    broker: Broker
    certificates: Path
    nodes_port: int
    readers_port: int

    def node(self, name: str = "north-gate", **keys: str) -> dict[str, Any]:
        """Returns the broker settings of a node's configuration."""
        certificate = {"cert_file": f"{name}.crt", "key_file": f"{name}.key", "ca_file": "ca.crt"}
        files = {key: str(self.certificates / file) for key, file in certificate.items()}
        return {"broker": f"mqtts://localhost:{self.nodes_port}", **files, **keys}

    def reader(self, user: str, topic: str = "#", client_id: str = "") -> Subscriber:
        """Returns a subscriber with the account of a reader."""
        tls = ssl.create_default_context(cafile=str(self.certificates / "ca.crt"))
        return Subscriber(self.readers_port, topic, (user, PASSWORDS[user]), tls, client_id)


class InstalledBroker(Broker):
    """A broker with Debian's configuration, which includes the one of this project."""

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(folder)
        self.port = port

    def _write_configuration(self) -> Path:
        main = self._folder / "mosquitto.conf"
        main.write_text(
            f"persistence true\npersistence_location {self._folder}/\n"
            f"{'user root' if os.geteuid() == 0 else ''}\ninclude_dir {self._folder}/conf.d\n",
            encoding="utf-8",
        )
        return main


def make_certificates(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs the script; returns its output."""
    return subprocess.run(
        [str(SETUP / "make-certificates.sh"), str(folder), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA, a broker's certificate and those of two nodes."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed; apt-get install openssl")
    folder = tmp_path_factory.mktemp("ca")
    for arguments in (("broker", "localhost", "127.0.0.1"), ("node", "north-gate"), ("node", "x")):
        done = make_certificates(folder, *arguments)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def setup(tmp_path: Path, certificates: Path) -> Iterator[Setup]:
    """The broker, with its files in the test's folder and on free ports."""
    require_mosquitto()
    home = tmp_path / "soundpost"
    shutil.copytree(certificates, home)
    shutil.copy(SETUP / "soundpost.acl", home)
    passwords = home / "readers.passwords"
    for user, password in PASSWORDS.items():
        flags = ["-b"] if passwords.exists() else ["-b", "-c"]
        command = ["mosquitto_passwd", *flags, str(passwords), user, password]
        subprocess.run(command, check=True, timeout=PATIENCE_SECONDS)
    nodes_port, readers_port = free_port(), free_port()
    text = (SETUP / "soundpost.conf").read_text(encoding="utf-8")
    for installed, local in (
        ("/etc/mosquitto/soundpost", str(home)),
        ("listener 8883", f"listener {nodes_port} 127.0.0.1"),
        ("listener 8884", f"listener {readers_port} 127.0.0.1"),
    ):
        assert installed in text
        text = text.replace(installed, local)
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "soundpost.conf").write_text(text, encoding="utf-8")
    broker = InstalledBroker(tmp_path, nodes_port).start()
    yield Setup(broker, home, nodes_port, readers_port)
    broker.kill()


def test_a_node_with_a_certificate_can_publish(setup: Setup) -> None:
    """Over TLS, with the broker's certificate verified by our CA; a reader gets the message."""
    with setup.reader("homeassistant", DETECTIONS) as reader:
        with MqttPublisher(
            MqttConfig(**setup.node()), NodeDescription("north-gate"), Health()
        ) as publisher:
            publisher.publish(message(1))
        got = reader.wait_for(len)
    assert [json.loads(received.payload)["seq"] for received in got] == [1]


def test_a_node_cannot_publish_for_another_node(setup: Setup) -> None:
    """Its certificate has its name."""
    with pytest.raises(PublishError, match="refuses messages on soundpost/north-gate/check"):
        probe(MqttConfig(**setup.node("x")), "north-gate")


def test_a_missing_client_certificate_has_a_hint(setup: Setup) -> None:
    """The port alone gives no access."""
    keys = setup.node()
    error = probe_refusal(keys["broker"], ca_file=keys["ca_file"])
    assert "may need a client certificate" in error.hint


def test_a_node_refuses_a_broker_of_another_ca(setup: Setup, tmp_path: Path) -> None:
    """It sends nothing to a broker with a certificate of another CA."""
    make_certificates(tmp_path / "theirs", "broker", "localhost")
    error = probe_refusal(**setup.node(ca_file=str(tmp_path / "theirs" / "ca.crt")))
    assert "is not trusted" in str(error)


def test_a_reader_cannot_forge_a_detection(setup: Setup) -> None:
    """It can read only."""
    with setup.reader("archive", DETECTIONS) as reader:
        reader.publish(DETECTIONS, b"{}", retain=False)
        with MqttPublisher(
            MqttConfig(**setup.node()), NodeDescription("north-gate"), Health()
        ) as publisher:
            publisher.publish(message(1))
        got = reader.wait_for(len)
    assert json.loads(got[0].payload)["seq"] == 1


def test_a_node_may_read_its_own_status_only(setup: Setup) -> None:
    """So it detects another one with its certificate, and learns nothing of the others."""
    first, second = (
        MqttPublisher(MqttConfig(**setup.node()), NodeDescription("north-gate"), Health())
        for _ in range(2)
    )
    other = MqttPublisher(MqttConfig(**setup.node("x")), NodeDescription("north-gate"), Health())
    with first, other:
        wait_until(lambda: first.is_connected and other.is_connected)
        with second:
            wait_until(lambda: first.problems == (Problem.DUPLICATE_NODE,))
        wait_until(lambda: not first.problems)
        assert not other.problems


def test_only_an_authorised_reader_can_send_commands(setup: Setup) -> None:
    """Commands of another reader and of another node are refused."""
    command, refused = "soundpost/north-gate/command/reload", b'{"id": "no"}'
    config = MqttConfig(**setup.node(), commands=True)
    other_node = MqttConfig(**setup.node("x"))
    with (
        MqttPublisher(config, NodeDescription("north-gate"), Health()) as publisher,
        setup.reader("archive", "soundpost/north-gate/status") as archive,
        setup.reader("homeassistant", "soundpost/north-gate/status") as commander,
    ):
        wait_until(lambda: "command/+" in setup.broker.log)
        archive.publish(command, refused, retain=False)
        wait_until(lambda: "Denied PUBLISH" in setup.broker.log)
        with pytest.raises(PublishError, match="refuses messages on"):
            deliver(other_node, "north-gate", "command/reload", [refused], PATIENCE_SECONDS)
        commander.publish(command, b'{"id": "yes"}', retain=False)
        assert publisher.inbox is not None
        assert next_command(publisher.inbox).command.id == "yes"


def test_home_assistant_discovers_a_node_of_many_labels(setup: Setup) -> None:
    """Its announcement, with all controls, is about as large as one may be: 64 kB."""
    topic = "homeassistant/device/north-gate/soundpost/config"
    labels = [f"a_rather_long_label_{number}" for number in range(70)]
    config = MqttConfig(**setup.node(), discovery=True, commands=True, level_seconds=1.0)
    model = ModelIdentity(id="many", version="1.0.0", sha256="5e" * 32)
    with setup.reader("homeassistant", topic) as reader:
        for some_labels in (labels, labels[:1]):
            before = len(reader.received)
            node = NodeDescription("north-gate", some_labels, model, records_clips=True)
            with MqttPublisher(config, node, Health()):
                got = reader.wait_for(lambda got: len(got) > before)  # noqa: B023 - waited for here
            components = json.loads(got[-1].payload)["components"]
            assert {f"threshold_{label}" for label in labels} < set(components)
    assert components["threshold_" + labels[-1]] == {"platform": "number"}


def test_a_reader_cannot_publish_below_its_own_name(setup: Setup) -> None:
    """A node of that name could."""
    with setup.reader("homeassistant", "soundpost/archive/#") as reader:
        with setup.reader("archive", "soundpost/none") as archive:
            archive.publish("soundpost/archive/status", b"online", retain=True)
            wait_until(lambda: "Denied PUBLISH" in setup.broker.log)
        assert not reader.received


def test_acknowledged_messages_survive_kill_9_of_the_broker(setup: Setup, tmp_path: Path) -> None:
    """This holds for retained messages, and for those of a disconnected reader's session."""
    with setup.reader("archive", DETECTIONS, "archive-1"):
        pass
    with MqttPublisher(
        MqttConfig(**setup.node()), NodeDescription("north-gate"), Health()
    ) as publisher:
        publisher.publish(message(1_234))
    database = tmp_path / "mosquitto.db"
    wait_until(lambda: all(word in database.read_bytes() for word in (b"offline", b'"seq":1234')))
    setup.broker.kill()
    setup.broker.start()
    with setup.reader("homeassistant", "soundpost/+/status") as reader:
        assert [received.text for received in reader.wait_for(len)] == ["offline"]
    with setup.reader("archive", DETECTIONS, "archive-1") as reader:
        assert [json.loads(received.payload)["seq"] for received in reader.wait_for(len)] == [1_234]


def test_keys_are_readable_by_their_owner_only(certificates: Path) -> None:
    """The modes of all private keys are 600."""
    keys = sorted(certificates.glob("*.key"))
    assert [key.name for key in keys] == ["broker.key", "ca.key", "north-gate.key", "x.key"]
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}


@pytest.mark.parametrize(
    "arguments", [(), ("node",), ("node", "a/b"), ("node", "broker"), ("node", "x"), ("gate", "x")]
)
def test_the_script_refuses_wrong_arguments(certificates: Path, arguments: tuple[str, ...]) -> None:
    """These are too few, a name that no topic can have, and a name whose files exist."""
    before = {file.name: file.read_bytes() for file in certificates.iterdir()}
    assert make_certificates(certificates, *arguments).returncode != 0
    assert {file.name: file.read_bytes() for file in certificates.iterdir()} == before
