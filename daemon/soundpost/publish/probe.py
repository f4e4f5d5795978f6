"""One message to the broker and its acknowledgement, for `soundpost check`."""

import secrets
import time

from soundpost.config import MqttConfig
from soundpost.publish.broker import find_broker
from soundpost.publish.mqtt import Connection
from soundpost.publish.trouble import may_not_publish, no_acknowledgement

_TIMEOUT_SECONDS = 5.0


def probe(config: MqttConfig, node: str) -> float:
    """How many milliseconds pass from a message to the broker's acknowledgement of it.

    It connects as the daemon does, publishes an empty message on `<prefix>/<node>/check`, not
    retained, and subscribes to nothing: a node need only be allowed to write.

    Raises:
        ConfigError: The broker's address, credentials or certificates cannot be used.
        PublishError: The broker cannot be reached, or refuses the client or the message.
    """
    broker = find_broker(config)
    topic = f"{config.prefix}/{node}/check"
    client_id = f"soundpost-{node}-check-{secrets.token_hex(4)}"
    answers: list[str | None] = []
    with Connection(broker, client_id, keepalive_seconds=config.keepalive_seconds) as connection:
        sent_seconds = time.perf_counter()
        connection.publish(topic, b"", answers.append, retain=False)
        while not answers:
            if time.perf_counter() - sent_seconds > _TIMEOUT_SECONDS:
                raise no_acknowledgement(broker)
            connection.turn(_TIMEOUT_SECONDS)
        elapsed_seconds = time.perf_counter() - sent_seconds
    if answers[0] is not None:
        raise may_not_publish(broker, topic, answers[0])
    return 1000.0 * elapsed_seconds
