"""A few messages to the broker and their acknowledgement, for who tries whether all works."""

import secrets
import time
from collections.abc import Sequence

from soundpost.config import MqttConfig
from soundpost.publish.broker import load_broker_address
from soundpost.publish.connection import Connection
from soundpost.publish.errors import may_not_publish, no_acknowledgement

_TIMEOUT_SECONDS = 5.0
_TURN_SECONDS = 1.0


def probe(config: MqttConfig, node: str) -> float:
    """How many milliseconds pass from a message to the broker's acknowledgement of it.

    It connects as the daemon does, publishes an empty message on `<prefix>/<node>/check`, not
    retained, and subscribes to nothing: a node need only be allowed to write.

    Raises:
        ConfigError: The broker's address, credentials or certificates cannot be used.
        PublishError: The broker cannot be reached, or refuses the client or the message.
    """
    return deliver(config, node, "check", [b""], _TIMEOUT_SECONDS)


def deliver(
    config: MqttConfig, node: str, leaf: str, payloads: Sequence[bytes], timeout_seconds: float
) -> float:
    """How many milliseconds pass from the first message to the acknowledgement of the last.

    The messages go to `<prefix>/<node>/<leaf>`, not retained, by a client of its own.

    Args:
        config: The `[mqtt]` table.
        node: Whose topic it is.
        leaf: The last part of the topic.
        payloads: What is told, in this order.
        timeout_seconds: The most that is waited, once connected.

    Raises:
        ConfigError: The broker's address, credentials or certificates cannot be used.
        PublishError: The broker cannot be reached, refuses the client or a message, or is silent.
    """
    broker = load_broker_address(config)
    topic = f"{config.prefix}/{node}/{leaf}"
    client_id = f"soundpost-{node}-{leaf}-{secrets.token_hex(4)}"
    answers: list[str | None] = []
    with Connection(broker, client_id, keepalive_seconds=config.keepalive_seconds) as connection:
        sent_seconds = time.perf_counter()
        deadline_seconds = sent_seconds + timeout_seconds
        for payload in payloads:
            connection.publish(topic, payload, answers.append, retain=False)
        while len(answers) < len(payloads):
            left_seconds = deadline_seconds - time.perf_counter()
            if left_seconds <= 0.0:
                raise no_acknowledgement(broker)
            connection.poll(min(_TURN_SECONDS, left_seconds))
        elapsed_seconds = time.perf_counter() - sent_seconds
    for refusal in filter(None, answers):
        raise may_not_publish(broker, topic, refusal)
    return 1000.0 * elapsed_seconds
