"""Messages and their MQTT 5 properties, on the way to paho and back."""

from paho.mqtt.client import MQTTMessage

from soundpost.mqtt.message import OutgoingMessage
from soundpost.mqtt.paho_client import (
    incoming_message,
    publish_properties,
    subscribe_options,
    will_properties,
)


def message(
    *,
    correlation: bytes | None = None,
    expiry_seconds: int | None = None,
    run_id: str | None = None,
) -> OutgoingMessage:
    """Returns a message with some properties."""
    return OutgoingMessage(
        "topic",
        b"payload",
        on_ack=lambda _: None,
        correlation=correlation,
        expiry_seconds=expiry_seconds,
        run_id=run_id,
    )


def test_a_detection_has_no_properties() -> None:
    """It is stored and compared by its payload; none costs the fewest bytes."""
    assert publish_properties(message()) is None


def test_the_properties_of_a_message_are_received_as_they_were_sent() -> None:
    """The run, the correlation and the expiry each have their own property."""
    properties = publish_properties(message(correlation=b"\x07", expiry_seconds=90, run_id="ab12"))
    assert properties is not None
    assert properties.json()["MessageExpiryInterval"] == 90  # type: ignore[no-untyped-call]  # paho's gap
    received = MQTTMessage(topic=b"topic")
    received.payload, received.properties = b"payload", properties
    incoming = incoming_message(received)
    assert (incoming.topic, incoming.payload) == ("topic", b"payload")
    assert (incoming.correlation, incoming.run_id) == (b"\x07", "ab12")


def test_a_message_without_properties_is_received() -> None:
    """As a client of MQTT 3.1.1 publishes it."""
    received = MQTTMessage(topic=b"topic")
    received.payload = b"payload"
    incoming = incoming_message(received)
    assert (incoming.correlation, incoming.response_topic, incoming.run_id) == (None, None, None)


def test_the_last_will_carries_the_run() -> None:
    """A reader of `offline` learns which run has ended."""
    assert will_properties("ab12").json() == {"UserProperty": [("run", "ab12")]}  # type: ignore[no-untyped-call]  # paho's gap


def test_retained_messages_can_be_left_out() -> None:
    """Retain handling is 0 with the retained messages, and 2 without them (MQTT 5, 3.8.3.1)."""
    assert subscribe_options(with_retained=True).retainHandling == 0
    assert subscribe_options(with_retained=False).retainHandling == 2
