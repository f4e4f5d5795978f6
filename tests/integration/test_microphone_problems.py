"""What a subscriber is told of a microphone that is not well, by the real process."""

import json
from pathlib import Path
from typing import Any

import pytest
from daemon_process import HEALTH, STATUS, running
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber
from sound_card import MICROPHONE, MakeSoundCard

pytestmark = pytest.mark.sound_card

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"


def healths(messages: list[Received]) -> list[dict[str, Any]]:
    """What was told of the node's health."""
    return [json.loads(message.payload) for message in messages if message.topic == HEALTH]


def test_a_subscriber_learns_that_the_microphone_is_muted_lost_and_back(
    broker: Broker, subscriber: Subscriber, make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """Each at once; health goes on while there is no sound, and SIGTERM is obeyed at the end."""
    card = make_sound_card()
    config = tmp_path / "soundpost.toml"
    config.write_text(f'classify.bundle = "{GOLDEN}"\nmqtt.health_seconds = 1\n')

    def wait_for(problems: list[str], times: int = 1) -> dict[str, Any]:
        """The last health of those that tell of these problems, newer than what was seen."""
        told = [h for h in healths(subscriber.received) if h["problems"] == problems]
        count = len(told) + times
        seen = subscriber.wait_for(
            lambda seen: sum(h["problems"] == problems for h in healths(seen)) >= count
        )
        return [h for h in healths(seen) if h["problems"] == problems][-1]

    with running(
        "--config", str(config), "--source", f"mic:{MICROPHONE}", "--broker", broker.url,
        environment=card.environment,
    ) as daemon:  # fmt: skip
        wait_for([])
        wait_for(["digital_silence"])
        card.kill()
        lost = wait_for(["no_samples"])
        still = wait_for(["no_samples"], times=2)
        card.start()
        back = wait_for([])
        status, errors = daemon.terminate()
    assert status == 0, errors
    assert lost["heard_seconds"] == still["heard_seconds"] < back["heard_seconds"]
    assert (still["counters"]["reopens"], back["counters"]["reopens"]) == (0, 1)
    assert errors.count("no_samples") == 2
    assert "hint: look at the plug" in errors
    statuses = [m.text for m in subscriber.on(STATUS)]
    assert set(statuses[:-1]) == {"online"}
