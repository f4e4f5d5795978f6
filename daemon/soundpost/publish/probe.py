"""Publishes a few messages and waits for their acknowledgements, for `check` and `selftest`."""

import time
from collections.abc import Sequence

from soundpost.config import MqttConfig
from soundpost.mqtt.broker import connection_settings, load_broker_address
from soundpost.mqtt.connection import Connection
from soundpost.mqtt.errors import may_not_publish, no_acknowledgement
from soundpost.mqtt.message import OutgoingMessage

_TIMEOUT_SECONDS = 5.0
"""As long as a connection attempt may take: a broker that is slower is of no use to a check."""
_POLL_SECONDS = 1.0
"""The longest that `Connection.poll` should wait, for the sake of keepalive."""


def probe(config: MqttConfig, node: str) -> float:
    """Returns the milliseconds from publishing a message to the broker's acknowledgement.

    Connects as the daemon does and publishes an empty message on `<prefix>/<node>/check`, not
    retained. It subscribes to nothing, because a node needs only the right to write.

    Args:
        config: The `[mqtt]` table.
        node: The name of the node, with that of the source if any: `<node>/<source>`.

    Raises:
        ConfigError: The broker's address, credentials or certificates cannot be used.
        PublishError: The broker cannot be reached, or refuses the client or the message.
    """
    return deliver(config, node, "check", [b""], _TIMEOUT_SECONDS)


def deliver(
    config: MqttConfig, node: str, topic: str, payloads: Sequence[bytes], timeout_seconds: float
) -> float:
    """Returns the milliseconds from publishing the first message to the last acknowledgement.

    The messages are not retained. The client is not that of a daemon that may be running.

    Args:
        config: The `[mqtt]` table.
        node: The name of the node, with that of the source if any: `<node>/<source>`.
        topic: The topic below `<prefix>/<node>/`.
        payloads: The messages, in this order.
        timeout_seconds: The longest wait, once connected.

    Raises:
        ConfigError: The broker's address, credentials or certificates cannot be used.
        PublishError: The broker cannot be reached, refuses the client or a message, or does not
            acknowledge in time.
    """
    broker = load_broker_address(config)
    full_topic = f"{config.prefix}/{node}/{topic}"
    settings = connection_settings(config, broker, node, topic)
    replies: list[str | None] = []
    with Connection(settings) as connection:
        sent_seconds = time.perf_counter()
        deadline_seconds = sent_seconds + timeout_seconds
        for payload in payloads:
            connection.publish(OutgoingMessage(full_topic, payload, replies.append))
        while len(replies) < len(payloads):
            left_seconds = deadline_seconds - time.perf_counter()
            if left_seconds <= 0.0:
                raise no_acknowledgement(broker)
            connection.poll(min(_POLL_SECONDS, left_seconds))
        elapsed_seconds = time.perf_counter() - sent_seconds
    for refusal in filter(None, replies):
        raise may_not_publish(broker, full_topic, refusal)
    return 1000.0 * elapsed_seconds
