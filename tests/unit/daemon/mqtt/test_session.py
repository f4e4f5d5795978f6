"""Sessions that outlive their connections."""

from collections.abc import Callable

from mosquitto import Broker
from mqtt_subscriber import Subscriber

from soundpost.config import BrokerConfig
from soundpost.mqtt.broker import connection_settings, load_broker_address
from soundpost.mqtt.connection import Connection
from soundpost.mqtt.message import IncomingMessage, Session

SESSION_SECONDS = 3_600


def read(broker: Broker, count: int, *, is_acknowledging: bool) -> list[str]:
    """Resumes the session of the client `reader`; returns the payloads that it receives."""
    config = BrokerConfig(broker=broker.url, client_id="reader")
    received: list[str] = []
    subscribed: list[str | None] = []

    def on_message(message: IncomingMessage, acknowledge: Callable[[], object]) -> None:
        received.append(message.payload.decode())
        if is_acknowledging:
            acknowledge()

    settings = connection_settings(config, load_broker_address(config), "reader")
    session = Session(SESSION_SECONDS, on_message)
    with Connection(settings, session=session) as connection:
        connection.subscribe(["news/#"], None, subscribed.append)
        while not subscribed or len(received) < count:
            connection.poll(1.0)
    assert subscribed == [None]
    return received


def publish(broker: Broker, *payloads: str) -> None:
    """Publishes messages, and returns when the broker has them."""
    with Subscriber(broker.port) as publisher:
        for payload in payloads:
            publisher.publish("news/1", payload.encode(), retain=False)
        publisher.wait_for(lambda messages: len(messages) == len(payloads))


def test_messages_from_between_two_connections_arrive(broker: Broker) -> None:
    """The broker queues them, in their order."""
    read(broker, 0, is_acknowledging=True)
    publish(broker, "first", "second")
    assert read(broker, 2, is_acknowledging=True) == ["first", "second"]


def test_a_message_arrives_again_until_it_is_acknowledged(broker: Broker) -> None:
    """Then it does not."""
    read(broker, 0, is_acknowledging=True)
    publish(broker, "first")
    assert read(broker, 1, is_acknowledging=False) == ["first"]
    assert read(broker, 1, is_acknowledging=True) == ["first"]
    publish(broker, "second")
    assert read(broker, 1, is_acknowledging=True) == ["second"]
