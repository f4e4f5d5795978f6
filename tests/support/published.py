"""Messages that the broker has."""

from mosquitto import Broker
from mqtt_subscriber import Subscriber


def publish(broker: Broker, *messages: tuple[str, bytes, bool]) -> None:
    """Publishes messages below the prefix, and returns when the broker has them all."""
    with Subscriber(broker.port) as client:
        for topic, payload, is_retained in messages:
            client.publish(f"soundpost/{topic}", payload, retain=is_retained)
        published = {f"soundpost/{topic}" for topic, _, _ in messages}
        client.wait_for(
            lambda received: (
                sum(message.topic in published and not message.retain for message in received)
                >= len(messages)
            )
        )
