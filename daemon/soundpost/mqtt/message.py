"""An outgoing and an incoming MQTT message."""

from collections.abc import Callable

import msgspec

OnAck = Callable[[str | None], None]
"""Called with None when the broker has accepted a message, else with the reason of its refusal."""


class OutgoingMessage(msgspec.Struct, frozen=True):
    """A message to be published, by default with QoS 1.

    Attributes:
        topic: The full topic.
        payload: The content.
        on_ack: Called when the broker acknowledges or refuses it.
        retain: True if the broker shall send it to later subscribers too.
        correlation: Correlation data of a response (MQTT 5, section 4.10); None for no response.
        expiry_seconds: The time after which the broker drops it, retained or queued; None for
            never (MQTT 5, section 3.3.2.3.3).
        run_id: The id of the run that publishes it, as the user property `run`; None for none.
        qos: 1, or 0 for a message that may be lost: it is sent once, and `on_ack` is called when it
            is written to the connection.
    """

    topic: str
    payload: bytes
    on_ack: OnAck
    retain: bool = False
    correlation: bytes | None = None
    expiry_seconds: int | None = None
    run_id: str | None = None
    qos: int = 1


class IncomingMessage(msgspec.Struct, frozen=True):
    """A message that another client has published.

    Attributes:
        topic: The full topic.
        payload: The content.
        is_retained: True if it was published as a retained message, now or earlier.
        response_topic: The topic on which its sender expects a response, if any.
        correlation: The correlation data that the response must carry, if any.
        run_id: The user property `run`, if any.
    """

    topic: str
    payload: bytes
    is_retained: bool = False
    response_topic: str | None = None
    correlation: bytes | None = None
    run_id: str | None = None


OnMessage = Callable[[IncomingMessage], None]

OnUnacknowledged = Callable[[IncomingMessage, Callable[[], object]], None]
"""Called with a message of a session, and with a function that acknowledges it."""


class Session(msgspec.Struct, frozen=True):
    """A session that outlives its connections: the broker queues messages meanwhile.

    Attributes:
        seconds: The time for which the broker keeps it after the end of a connection.
        on_message: Called with every message. The broker sends a message again on the next
            connection unless it was acknowledged. Messages that were queued may arrive before the
            connection subscribes to anything.
    """

    seconds: int
    on_message: OnUnacknowledged
