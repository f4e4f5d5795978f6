"""The subscriptions of a connection."""

from collections.abc import Sequence
from functools import partial

from soundpost.mqtt.connection.callbacks import Events, bind_topics
from soundpost.mqtt.limits import subscribe_bytes
from soundpost.mqtt.message import OnAck, OnMessage
from soundpost.mqtt.paho_client import PahoClient, Properties, ReasonCode, SubscribeOptions
from soundpost.mqtt.reasons import reason_text, too_large


class Subscriptions:
    """Subscribes, and takes the broker's replies.

    Args:
        client: Sends the requests.
        events: Get what the client reports.
    """

    def __init__(self, client: PahoClient, events: Events) -> None:
        self._client = client
        self._events = events
        self._requests: dict[int | None, OnAck] = {}

    def add(
        self,
        topics: Sequence[str],
        on_message: OnMessage | None,
        on_suback: OnAck,
        options: SubscribeOptions,
        limit_bytes: int | None,
    ) -> None:
        """Sends a request; one that is too large for the broker is answered with that.

        Args:
            topics: Topics and filters that no other subscription of this connection overlaps.
            on_message: Called with each message; None to leave them to the session.
            on_suback: Called with the broker's reply.
            options: Of each topic.
            limit_bytes: The largest packet that the broker takes; None if no limit is known.
        """
        size_bytes = subscribe_bytes(topics)
        if limit_bytes is not None and size_bytes > limit_bytes:
            self._events.append(partial(on_suback, too_large(size_bytes, limit_bytes)))
            return
        if on_message is not None:
            bind_topics(self._client, self._events, topics, on_message)
        _, mid = self._client.subscribe([(topic, options) for topic in topics])
        self._requests[mid] = on_suback

    def acknowledge(
        self, mid: int, reasons: list[ReasonCode], properties: Properties | None
    ) -> bool:
        """Takes a SUBACK, and calls `on_suback` of its request.

        Returns:
            False if there was no such request.
        """
        refusals = [reason_text(str(reason), properties) for reason in reasons if reason.is_failure]
        on_suback = self._requests.pop(mid, None)
        if on_suback is None:
            return False
        on_suback(refusals[0] if refusals else None)
        return True
