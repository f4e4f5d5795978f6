"""Microphone problems that the daemon publishes with its health."""

from pathlib import Path

import pytest
from daemon_process import STATUS, running
from health_reader import HealthReader
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from sound_card import MICROPHONE, MakeSoundCard

pytestmark = pytest.mark.sound_card

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"


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
