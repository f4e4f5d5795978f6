"""The connection: messages in flight, and the events that wake its thread."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest
from certificates import Certificates
from fake_broker import SilentBroker, connack, silent_broker
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.errors import PublishError
from soundpost.health import Health
from soundpost.messages import DetectionMessage, MessageBuilder
from soundpost.publish import client
from soundpost.publish.broker import ConnectionSettings, load_broker_address
from soundpost.publish.connection import RECEIVE_MAXIMUM, Connection
from soundpost.publish.message import OutgoingMessage
from soundpost.publish.publisher import MqttPublisher

MakePublisher = Callable[..., MqttPublisher]
MakeMessages = Callable[[int], list[DetectionMessage]]


@pytest.fixture
def silent() -> Iterator[SilentBroker]:
    """Provides a broker that accepts one client and acknowledges nothing by itself."""
    with silent_broker() as broker:
        yield broker


@pytest.fixture
def _no_poll_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes `poll` end only for something to send or receive."""
    monkeypatch.setattr(client, "_POLL_SECONDS", 600.0)


@pytest.mark.parametrize(("allowed", "expected"), [(1, 1), (3, 3), (65_535, RECEIVE_MAXIMUM)])
def test_no_more_messages_are_in_flight_than_the_broker_allows(
    silent: SilentBroker, allowed: int, expected: int
) -> None:
    """With each acknowledgement one more is sent."""
    threading.Thread(target=silent.accept, args=(allowed,), daemon=True).start()
    replies: list[str | None] = []
    broker = load_broker_address(MqttConfig(broker=silent.url))
    with Connection(ConnectionSettings(broker, "me", 30)) as connection:
        for _ in range(50):
            connection.publish(OutgoingMessage("t", b"x", replies.append))
        silent.acknowledge(1)
        while not replies:
            connection.poll(10.0)
        assert (connection.unacknowledged, connection.has_room) == (49, False)
        assert replies == [None]
    assert silent.published() == expected + 1


def test_a_broker_that_never_acknowledges_does_not_delay_the_close(
    silent: SilentBroker, make_publisher: MakePublisher, messages: MakeMessages, health: Health
) -> None:
    """Unacknowledged detections are counted as dropped, and the thread ends."""
    publisher = make_publisher(silent.url)
    silent.accept(100)
    for message in messages(5):
        publisher.publish(message)
    publisher.close(timeout_seconds=0.3)
    assert (health.messages_sent, health.messages_dropped) == (0, 5)
    wait_until(lambda: "soundpost-mqtt" not in [thread.name for thread in threading.enumerate()])


@pytest.mark.usefixtures("_no_poll_times_out")
def test_a_detection_is_sent_at_once(
    broker: Broker,
    subscriber: Subscriber,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    log: Log,
) -> None:
    """Each detection wakes the waiting thread."""
    publisher = make_publisher(broker.url)
    log.wait_for("connected to")
    for message in messages(3):
        publisher.publish(message)
        number = message.seq
        subscriber.wait_for(lambda _: len(subscriber.on("soundpost/post/detections")) == number)  # noqa: B023 - called within the loop


@pytest.mark.usefixtures("_no_poll_times_out")
def test_closing_sends_the_last_health_and_offline_at_once(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher, builder: MessageBuilder
) -> None:
    """It wakes the thread although no detection waits."""
    publisher = make_publisher(broker.url)
    subscriber.wait_for(len)
    publisher.publish_health(builder.health(Health(windows=7), 0))
    publisher.close()
    subscriber.wait_for(lambda received: received[-1].text == "offline")
    assert subscriber.on("soundpost/post/health")


@pytest.mark.usefixtures("_no_poll_times_out")
def test_closing_an_idle_publisher_sends_offline_at_once(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """It wakes the thread although nothing waits."""
    publisher = make_publisher(broker.url)
    subscriber.wait_for(len)
    publisher.close()
    subscriber.wait_for(lambda received: received[-1].text == "offline")


def test_bytes_that_tls_has_decrypted_already_are_read(certificates: Certificates) -> None:
    """Of two packets in one TLS record, the second leaves nothing readable at the socket."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.path("server.crt"), certificates.path("server.key"))
    is_received = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept_and_disconnect() -> None:
            with context.wrap_socket(listener.accept()[0], server_side=True) as client_socket:
                client_socket.recv(4096)
                client_socket.sendall(connack(20) + bytes([0xE0, 1, 0x8B]))  # Server shutting down
                is_received.wait(60)

        threading.Thread(target=accept_and_disconnect, daemon=True).start()
        url = f"mqtts://localhost:{listener.getsockname()[1]}"
        broker = load_broker_address(MqttConfig(broker=url, ca_file=certificates.path("ca.crt")))
        with (
            pytest.raises(PublishError, match="Server shutting down"),
            Connection(ConnectionSettings(broker, "me", 3_600)) as connection,
        ):
            connection.poll(600.0)
        is_received.set()
