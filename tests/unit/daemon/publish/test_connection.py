"""How much is on its way at once, and what wakes the thread that sends."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest
from certificates import Certificates
from fake_broker import DeafBroker, connack, deaf_broker
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.errors import PublishError
from soundpost.health import Health
from soundpost.messages import DetectionMessage, MessageBuilder
from soundpost.publish import client
from soundpost.publish.broker import load_broker_address
from soundpost.publish.connection import IN_FLIGHT, Connection
from soundpost.publish.publisher import MqttPublisher

MakePublisher = Callable[..., MqttPublisher]
MakeMessages = Callable[[int], list[DetectionMessage]]


@pytest.fixture
def deaf() -> Iterator[DeafBroker]:
    """A broker that lets one client in and acknowledges nothing."""
    with deaf_broker() as broker:
        yield broker


@pytest.fixture
def _no_turn_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what arrives or is told moves the thread."""
    monkeypatch.setattr(client, "_TURN_SECONDS", 600.0)


@pytest.mark.parametrize(("allowed", "expected"), [(1, 1), (3, 3), (65_535, IN_FLIGHT)])
def test_no_more_is_under_way_than_the_broker_allows(
    deaf: DeafBroker, allowed: int, expected: int
) -> None:
    """The rest follows as it acknowledges, one for one."""
    threading.Thread(target=deaf.welcome, args=(allowed,), daemon=True).start()
    answers: list[str | None] = []
    broker = load_broker_address(MqttConfig(broker=deaf.url))
    with Connection(broker, "me", keepalive_seconds=30) as ours:
        for _ in range(50):
            ours.publish("t", b"x", answers.append, retain=False)
        deaf.acknowledge(1)
        ours.poll(10.0)
        assert (ours.unanswered, ours.has_room, answers) == (49, False, [None])
    assert deaf.published() == expected + 1


def test_a_broker_that_never_acknowledges_does_not_hold_up_the_close(
    deaf: DeafBroker, make_publisher: MakePublisher, messages: MakeMessages, health: Health
) -> None:
    """What it did not take in time is counted, and the thread ends."""
    publisher = make_publisher(deaf.url)
    deaf.welcome(100)
    for message in messages(5):
        publisher.publish(message)
    publisher.close(timeout_seconds=0.3)
    assert (health.messages_sent, health.messages_dropped) == (0, 5)
    wait_until(lambda: "soundpost-mqtt" not in [thread.name for thread in threading.enumerate()])


@pytest.mark.usefixtures("_no_turn_ends_by_itself")
def test_a_detection_is_sent_as_soon_as_it_is_told(
    broker: Broker,
    subscriber: Subscriber,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    log: Log,
) -> None:
    """One by one, each after the thread has gone to rest."""
    publisher = make_publisher(broker.url)
    log.wait_for("connected to")
    for message in messages(3):
        publisher.publish(message)
        number = message.seq
        subscriber.wait_for(lambda _: len(subscriber.on("soundpost/post/detections")) == number)  # noqa: B023 - waited for here


@pytest.mark.usefixtures("_no_turn_ends_by_itself")
def test_the_last_health_and_offline_are_sent_as_soon_as_it_closes(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher, builder: MessageBuilder
) -> None:
    """Though there is no detection to carry, and the thread is at rest."""
    publisher = make_publisher(broker.url)
    subscriber.wait_for(len)
    publisher.publish_health(builder.health(Health(windows=7), 0))
    publisher.close()
    subscriber.wait_for(lambda got: got[-1].text == "offline")
    assert subscriber.on("soundpost/post/health")


@pytest.mark.usefixtures("_no_turn_ends_by_itself")
def test_offline_is_sent_as_soon_as_an_idle_one_closes(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """Though there is nothing to carry, and the thread is at rest."""
    publisher = make_publisher(broker.url)
    subscriber.wait_for(len)
    publisher.close()
    subscriber.wait_for(lambda got: got[-1].text == "offline")


def test_what_tls_has_decrypted_already_is_not_waited_for(certificates: Certificates) -> None:
    """Two packets in one TLS record: reading the first leaves nothing to see at the socket."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.path("server.crt"), certificates.path("server.key"))
    said = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def welcome_and_dismiss() -> None:
            with context.wrap_socket(listener.accept()[0], server_side=True) as caller:
                caller.recv(4096)
                caller.sendall(connack(20) + bytes([0xE0, 1, 0x8B]))  # Server shutting down
                said.wait(60)

        threading.Thread(target=welcome_and_dismiss, daemon=True).start()
        url = f"mqtts://localhost:{listener.getsockname()[1]}"
        broker = load_broker_address(MqttConfig(broker=url, ca_file=certificates.path("ca.crt")))
        with (
            pytest.raises(PublishError, match="Server shutting down"),
            Connection(broker, "me", keepalive_seconds=3_600) as connection,
        ):
            connection.poll(600.0)
        said.set()
