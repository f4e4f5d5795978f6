"""The receiver, with a real broker."""

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from full_disk import Disk
from mosquitto import Broker, MakeBroker, wait_until
from notify_parts import ZONES, OpenQueue, content, event_rules, rule
from published import publish
from tcp_servers import scripted_server
from web_events import detection, event_id, health, wire_time

from soundpost.config import BrokerConfig
from soundpost.mqtt.broker import connection_settings, load_broker_address
from soundpost_notify.nodes.watch import BROKER, NodeRule, NodeWatch
from soundpost_notify.queue.file import QueueError
from soundpost_notify.queue.memory import reported_states
from soundpost_notify.queue.retention import Retention
from soundpost_notify.receive import receiver as receiver_module
from soundpost_notify.receive.inbox import Inbox
from soundpost_notify.receive.receiver import Receiver
from soundpost_notify.receive.upkeep import Upkeep
from soundpost_notify.settings import NodeRuleConfig

SESSION_SECONDS = 3_600
AFTER_SECONDS = 0.1


class Running(Receiver):
    """A running receiver with a rule about sounds and one about nodes.

    Args:
        url: The address of the broker.
        path: The queue.
        client_id: Its name at the broker.
    """

    def __init__(self, url: str, path: Path, client_id: str) -> None:
        self.queue = OpenQueue(path)
        self.queue.seconds = datetime.now(UTC).timestamp()
        nodes = [NodeRule("nodes", NodeRuleConfig(targets=["phone"], after_seconds=AFTER_SECONDS))]
        with self.queue.transaction() as connection:
            watch = NodeWatch(nodes, reported_states(connection))
        upkeep = Upkeep(self.queue, watch, nodes, Retention(90), ZONES)
        rules = event_rules(self.queue, rule(state="started"))
        config = BrokerConfig(broker=url, client_id=client_id)
        settings = connection_settings(config, load_broker_address(config), "notify")
        super().__init__(
            settings, "soundpost", SESSION_SECONDS, Inbox("soundpost", rules, watch), upkeep
        )
        self.start()

    def wait_for_broker(self) -> None:
        """Returns when it is subscribed."""
        wait_until(lambda: self.is_connected)

    def messages(self) -> list[tuple[str, str]]:
        """Returns the kinds of all messages, and their nodes."""
        return [(entry.content.kind, entry.content.node) for entry in self.queue.entries()]

    def end(self) -> None:
        """Ends it."""
        self.close()
        assert not self.is_alive
        self.queue.file.close()


Run = Callable[..., Running]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Provides a function that starts a receiver; all have the same queue and session."""
    monkeypatch.setattr(receiver_module, "_POLL_SECONDS", 0.05)
    monkeypatch.setattr(receiver_module, "_TICK_SECONDS", 0.05)
    client_id, started = f"notify-{secrets.token_hex(4)}", list[Running]()

    def start(url: str, folder: Path = tmp_path) -> Running:
        started.append(Running(url, folder / "queue.db", client_id))
        return started[-1]

    yield start
    for running in started:
        running.end()


def started(node: str = "gate") -> tuple[str, bytes, bool]:
    """Returns the message of an event that starts now."""
    onset = wire_time(datetime.now(UTC))
    return f"{node}/detections", detection(node, id=event_id(), onset=onset), False


def test_an_event_is_a_message_in_the_queue(broker: Broker, run: Run) -> None:
    """Of every node."""
    receiver = run(broker.url)
    receiver.wait_for_broker()
    publish(broker, started(), started("barn/yard"))
    wait_until(lambda: receiver.messages() == [("event", "gate"), ("event", "barn/yard")])


def test_nothing_is_lost_while_the_notifier_is_away(broker: Broker, run: Run) -> None:
    """The broker keeps events, and only these: of states the latest counts."""
    first = run(broker.url)
    first.wait_for_broker()
    first.end()
    reports = [("gate/health", health(queue_seconds=float(n)), False) for n in range(1_500)]
    publish(broker, *reports, started())
    second = run(broker.url)
    wait_until(lambda: ("event", "gate") in second.messages())


def test_a_node_that_dies_is_a_message_and_its_return_another(broker: Broker, run: Run) -> None:
    """Its last will says so."""
    receiver = run(broker.url)
    receiver.wait_for_broker()
    publish(broker, ("gate/status", b"online", True), ("gate/health", health(), True))
    wait_until(lambda: _is_recorded(receiver, "gate"))
    publish(broker, ("gate/status", b"offline", True))
    wait_until(lambda: receiver.messages() == [("silent", "gate")])
    publish(broker, ("gate/status", b"online", True))
    wait_until(lambda: receiver.messages()[1:] == [("back", "gate")])


def _is_recorded(receiver: Running, node: str) -> bool:
    with receiver.queue.transaction() as connection:
        return ("nodes", node) in reported_states(connection)


def test_a_deaf_node_is_a_message_and_its_return_another(broker: Broker, run: Run) -> None:
    """By the problems of its health."""
    receiver = run(broker.url)
    receiver.wait_for_broker()
    publish(
        broker,
        ("gate/status", b"online", True),
        ("gate/health", health(problems=["no_samples"]), True),
    )
    wait_until(lambda: receiver.messages() == [("deaf", "gate")])
    publish(broker, ("gate/health", health(), True))
    wait_until(lambda: receiver.messages()[1:] == [("back", "gate")])


def test_a_broker_that_is_gone_is_a_message_and_found_again(
    make_broker: MakeBroker, run: Run
) -> None:
    """Events are received again after that."""
    broker = make_broker()
    receiver = run(broker.url)
    receiver.wait_for_broker()
    broker.kill()
    wait_until(lambda: receiver.messages() == [("silent", BROKER)])
    broker.start()
    wait_until(lambda: receiver.messages()[1:] == [("back", BROKER)])
    publish(broker, started())
    wait_until(lambda: receiver.messages()[2:] == [("event", "gate")])


def test_garbage_between_events_is_refused(broker: Broker, run: Run) -> None:
    """The events around it arrive."""
    receiver = run(broker.url)
    receiver.wait_for_broker()
    publish(
        broker,
        started(),
        ("gate/detections", b"x" * 200_000, False),
        ("gate/health", b"\xff\x00", False),
        ("gate/sound/status", b"ON", False),
        started("barn"),
    )
    wait_until(lambda: receiver.messages() == [("event", "gate"), ("event", "barn")])


def test_a_server_that_is_no_broker_is_survived(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and tried again."""
    with scripted_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as (port, _):
        run(f"mqtt://127.0.0.1:{port}")
        wait_until(lambda: "does not answer as an MQTT 5 broker" in caplog.text)


def exhaust(queue: OpenQueue) -> None:
    """Fills the space that a queue has reserved."""
    for number in range(1_000):
        try:
            queue.put(content(number, kind="test", text="x" * 10_000))
        except QueueError:
            return
    raise AssertionError("the disk is not full")


def test_events_of_a_full_disk_wait_at_the_broker(disk: Disk, broker: Broker, run: Run) -> None:
    """Once the reserved space is used up; they become messages as soon as there is space."""
    receiver = run(broker.url, disk.folder)
    receiver.wait_for_broker()
    disk.fill()
    exhaust(receiver.queue)
    publish(broker, started())
    wait_until(lambda: not receiver.is_connected)
    assert ("event", "gate") not in receiver.messages()
    disk.empty()
    wait_until(lambda: ("event", "gate") in receiver.messages())
    receiver.wait_for_broker()
    assert ("silent", BROKER) not in receiver.messages()
