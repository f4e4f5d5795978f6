"""The connection: messages in flight, and the events that wake its thread."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest
from certificates import Certificates
from fake_broker import SilentBroker, connack, silent_broker
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.errors import PublishError
from soundpost.health import Health
from soundpost.messages import DetectionMessage, MessageBuilder
from soundpost.mqtt.broker import ConnectionSettings, load_broker_address
from soundpost.mqtt.connection import RECEIVE_MAXIMUM, Connection
from soundpost.mqtt.message import OutgoingMessage
from soundpost.publish import client
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
    with Connection(ConnectionSettings(broker, "me", 30, "run")) as connection:
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
            Connection(ConnectionSettings(broker, "me", 3_600, "run")) as connection,
        ):
            connection.poll(600.0)
        is_received.set()


@pytest.mark.parametrize(
    "packets",
    [
        bytes([0x90, 4, 0x77, 0x77, 0, 0]),  # SUBACK of an unknown id
        bytes([0x90, 2, 0x00, 0x01]),  # SUBACK without its reason codes
        bytes([0xB0, 4, 0x77, 0x77, 0, 0]),  # UNSUBACK of an unknown id
        bytes([0x40, 2, 0x77, 0x77]) * 2,  # PUBACK of an unknown id, twice
        bytes([0x50, 2, 0x77, 0x77]),  # PUBREC
        bytes([0x62, 2, 0x77, 0x77]),  # PUBREL
        bytes([0x30, 5, 0, 9, 0x74, 0, 0]),  # PUBLISH whose topic is longer than the packet
        bytes([0x32, 4, 0, 1, 0xFF, 0]),  # PUBLISH with a topic that is not UTF-8
        bytes([0xD0, 1, 0]),  # PINGRESP with a payload
        bytes([0xE0, 1, 0x8D]),  # DISCONNECT
        bytes([0xE0, 2, 0xF7, 0]),  # DISCONNECT with an unknown reason
        bytes([0xF0, 0]),  # AUTH
        bytes([0x00, 0]),  # a reserved type
        bytes([0x40, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),  # a length of five bytes
        bytes([0x90, 6, 0, 1, 2, 0x7E, 1, 0]),  # an unknown property
    ],
    ids=lambda packets: packets.hex(),
)
def test_no_packet_of_a_broken_broker_is_more_than_a_lost_connection(
    silent: SilentBroker, packets: bytes
) -> None:
    """Each either passes or loses the connection; none is taken for a bug of ours."""
    drive(silent, packets)


@given(st.binary(max_size=64))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_no_bytes_of_a_broken_broker_are_more_than_a_lost_connection(packets: bytes) -> None:
    """Random bytes after CONNACK."""
    with silent_broker() as broker:
        drive(broker, packets)


@given(st.sampled_from([2, 3, 4, 5, 6, 7, 9, 11, 13, 14, 15]), st.binary(max_size=40), st.data())
@settings(max_examples=300)
def test_no_packet_with_random_content_is_more_than_a_lost_connection(
    kind: int, content: bytes, data: st.DataObject
) -> None:
    """Packets of every type with a true length, so that their content is parsed."""
    flags = data.draw(st.integers(0, 15))
    with silent_broker() as broker:
        drive(broker, bytes([kind << 4 | flags, len(content)]) + content)


def drive(broker: SilentBroker, packets: bytes) -> None:
    """Connects, subscribes and publishes; the broker sends these packets and hangs up."""
    ready = threading.Thread(target=broker.accept, args=(10,), daemon=True)
    ready.start()
    address = load_broker_address(MqttConfig(broker=broker.url))
    with (
        contextlib.suppress(PublishError),
        Connection(ConnectionSettings(address, "me", 30, "run")) as it,
    ):
        it.subscribe(["command/+"], lambda _: None, lambda _: None)
        it.publish(OutgoingMessage("t", b"x", lambda _: None))
        ready.join()
        broker.send(packets)
        broker.close()
        while True:
            it.poll(5.0)
