"""Microphone problems that the daemon publishes with its health."""

import json
from pathlib import Path
from typing import Any

import pytest
from daemon_process import HEALTH, STATUS, running
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber
from sound_card import MICROPHONE, TIMEOUT_SECONDS, MakeSoundCard

pytestmark = pytest.mark.sound_card

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"


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


def test_health_shows_that_the_microphone_is_muted_lost_and_back(
    broker: Broker, subscriber: Subscriber, make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """Each problem is published at once, health goes on without sound, and SIGTERM ends it."""
    card = make_sound_card()
    config = tmp_path / "soundpost.toml"
    config.write_text(f'classify.bundle = "{GOLDEN}"\nmqtt.health_seconds = 1\n')
    reader = HealthReader(subscriber)
    with running(
        "--config", str(config), "--source", f"mic:{MICROPHONE}", "--broker", broker.url,
        environment=card.environment,
    ) as daemon:  # fmt: skip
        reader.wait_for([])
        reader.wait_for(["digital_silence"])
        card.kill()
        lost = reader.wait_for(["no_samples"])
        still = reader.wait_for(["no_samples"], times=2)
        card.start()
        back = reader.wait_for([])
        status, errors = daemon.terminate()
    assert status == 0, errors
    assert lost["heard_seconds"] == still["heard_seconds"] < back["heard_seconds"]
    assert (still["counters"]["reopens"], back["counters"]["reopens"]) == (0, 1)
    assert errors.count("no_samples") == 2
    assert "hint: look at the plug" in errors
    statuses = [m.text for m in subscriber.on(STATUS)]
    assert set(statuses[:-1]) == {"online"}
