"""Binds paho's callbacks, so that what they report is handled after its parser."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from soundpost.mqtt.message import OnMessage, Session
from soundpost.mqtt.paho_client import PahoClient, Properties, ReasonCode, incoming_message

Events = deque[Callable[[], None]]
"""What has been reported, and is not handled yet: paho calls its callbacks while it parses, and an
error of the parser must not be taken for one of ours, nor the other way round."""


class Handlers(NamedTuple):
    """Handles the reports of a client.

    Attributes:
        on_connect: CONNACK.
        on_puback: PUBACK of a message, by its number.
        on_suback: SUBACK of a request, by its number.
        on_disconnect: DISCONNECT, or the loss of the connection; called at once.
    """

    on_connect: Callable[[ReasonCode, Properties | None], None]
    on_puback: Callable[[int, ReasonCode, Properties | None], None]
    on_suback: Callable[[int, list[ReasonCode], Properties | None], None]
    on_disconnect: Callable[[ReasonCode, Properties | None], None]


def bind_handlers(client: PahoClient, events: Events, handlers: Handlers) -> None:
    """Makes the client append its reports to the events."""

    def append(handler: Callable[..., None], *arguments: Any) -> None:  # noqa: ANN401 - of any handler
        events.append(partial(handler, *arguments))

    client.on_connect = lambda _c, _d, _f, reason, properties: append(
        handlers.on_connect, reason, properties
    )
    client.on_publish = lambda _c, _d, mid, reason, properties: append(
        handlers.on_puback, mid, reason, properties
    )
    client.on_subscribe = lambda _c, _d, mid, reasons, properties: append(
        handlers.on_suback, mid, reasons, properties
    )
    client.on_disconnect = lambda _c, _d, _f, reason, properties: handlers.on_disconnect(
        reason, properties
    )


def bind_session(client: PahoClient, events: Events, session: Session) -> None:
    """Gives a session the messages of all its subscriptions, to be acknowledged by it."""
    on_message, acknowledge = session.on_message, client.ack
    client.on_message = lambda _c, _d, message: events.append(
        partial(
            on_message, incoming_message(message), partial(acknowledge, message.mid, message.qos)
        )
    )


def bind_topics(
    client: PahoClient, events: Events, topics: Sequence[str], on_message: OnMessage
) -> None:
    """Gives a receiver the messages of some topics."""
    for topic in topics:
        client.message_callback_add(
            topic,
            lambda _c, _d, message: events.append(partial(on_message, incoming_message(message))),
        )
