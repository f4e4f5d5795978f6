"""What the broker will not have: told once, and asked again after a while."""

import logging
import time

from soundpost.backoff import Backoff
from soundpost.publish.broker import Broker
from soundpost.publish.trouble import may_not_publish

_log = logging.getLogger("soundpost.publish")


class Refusals:
    """The topics on which the broker refuses messages, until it takes one there again.

    Args:
        broker: Who refuses.
    """

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._topics: set[str] = set()
        self._backoff = Backoff()
        self._ask_at_seconds = 0.0

    def note(self, topic: str, refusal: str | None) -> None:
        """The broker has answered a message on this topic; None says that it took it."""
        if refusal is None:
            self._topics.discard(topic)
        elif topic not in self._topics:
            self._topics.add(topic)
            error = may_not_publish(self._broker, topic, refusal)
            _log.warning("%s (%s)", error, error.hint)

    def postpone(self, refusal: str | None) -> None:
        """A detection was answered: the more often in vain, the longer until the next is tried."""
        now_seconds = time.monotonic()
        if refusal is None:
            self._backoff.reset()
        elif now_seconds >= self._ask_at_seconds:
            self._ask_at_seconds = now_seconds + self._backoff.next_seconds()

    def are_on(self, topic: str) -> bool:
        """Whether the last message on a topic was refused."""
        return topic in self._topics

    def may_ask(self) -> bool:
        """Whether it is time to try one of the refused detections again."""
        return time.monotonic() >= self._ask_at_seconds
