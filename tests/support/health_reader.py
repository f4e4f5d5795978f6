"""Reads a subscriber's health messages in order, each once."""

import json
from typing import Any

from daemon_process import HEALTH
from mqtt_subscriber import Received, Subscriber
from sound_card import TIMEOUT_SECONDS


class HealthReader:
    """Reads a subscriber's health messages in order, each once."""

    def __init__(self, subscriber: Subscriber) -> None:
        self._subscriber = subscriber
        self._read = 0

    def wait_for(self, problems: list[str], times: int = 1) -> dict[str, Any]:
        """Returns the next health with these problems, or the one so many times later."""

        def matches(received: list[Received]) -> list[int]:
            return [
                index
                for index, message in enumerate(received)
                if index >= self._read
                and message.topic == HEALTH
                and json.loads(message.payload)["problems"] == problems
            ]

        received = self._subscriber.wait_for(
            lambda received: len(matches(received)) >= times, TIMEOUT_SECONDS
        )
        index = matches(received)[times - 1]
        self._read = index + 1
        health: dict[str, Any] = json.loads(received[index].payload)
        return health
