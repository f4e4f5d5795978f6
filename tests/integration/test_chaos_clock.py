"""The clock is set, by an hour and by ten years, while the daemon runs."""

import json
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from chaos import CONFIG, Row, group, make_quick_bundle, write_busy_recording
from daemon_process import DETECTIONS, HEALTH, Daemon
from fake_clock import HOUR_SECONDS, YEAR_SECONDS, FakeClock
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber
from sound_card import MICROPHONE, MakeSoundCard

pytestmark = [pytest.mark.chaos, pytest.mark.sound_card, pytest.mark.timeout(900)]

STEPS_SECONDS = [
    *(HOUR_SECONDS, 0, -HOUR_SECONDS, 0),
    *(10 * YEAR_SECONDS, 0, -10 * YEAR_SECONDS, 0),
    *(10 * YEAR_SECONDS, -10 * YEAR_SECONDS),
]
NEAR_SECONDS = 600.0
LONGEST_SECONDS = 60.0
PATIENCE_SECONDS = 120.0
WANTED = 10


@pytest.fixture
def clock(tmp_path: Path) -> FakeClock:
    """The daemon's clock."""
    return FakeClock(tmp_path)


@pytest.fixture
def daemon(
    make_sound_card: MakeSoundCard, clock: FakeClock, broker: Broker, tmp_path: Path
) -> Iterator[Daemon]:
    """A daemon at a real microphone, with sound all the time."""
    card = make_sound_card()
    make_quick_bundle(tmp_path / "bundle")
    write_busy_recording(tmp_path / "busy.wav", 1_200.0)
    text = CONFIG.format(folder=tmp_path, broker=broker.url)
    (tmp_path / "soundpost.toml").write_text(f"{text}mqtt.health_seconds = 1\n", encoding="utf-8")
    arguments = ["--config", str(tmp_path / "soundpost.toml"), "--source", f"mic:{MICROPHONE}"]
    play = ["paplay", "--latency-msec=200", str(tmp_path / "busy.wav")]
    with subprocess.Popen(play, env=card.environment) as playing:
        daemon = Daemon(arguments, {**card.environment, **clock.environment})
        yield daemon
        daemon.kill()
        playing.kill()


def seconds(time_text: str) -> float:
    """Returns the time of a message, in seconds since 1970."""
    return datetime.fromisoformat(time_text).timestamp()


def rows_of(seen: list[Received]) -> list[Row]:
    """Returns the detections among messages, in order."""
    return [json.loads(message.payload) for message in seen if message.topic == DETECTIONS]


def wait_for_detections_at(subscriber: Subscriber, offset_seconds: int, after: int) -> list[Row]:
    """Waits for detections with onsets near the time of the shifted clock.

    Args:
        subscriber: A subscriber to all topics.
        offset_seconds: Offset of the daemon's clock.
        after: Number of detections to skip.
    """

    def recent(seen: list[Received]) -> list[Row]:
        now_seconds = time.time() + offset_seconds
        rows = rows_of(seen)[after:]
        return [r for r in rows if abs(seconds(r["onset"]) - now_seconds) < NEAR_SECONDS]

    return recent(subscriber.wait_for(lambda seen: len(recent(seen)) >= WANTED, PATIENCE_SECONDS))


def test_a_clock_step_loses_no_detection(daemon: Daemon, clock: FakeClock, broker: Broker) -> None:
    """No `seq` repeats, events keep their length, and times are `untrusted` after a step."""
    with Subscriber(broker.port) as subscriber:
        rows = wait_for_detections_at(subscriber, 0, after=0)
        assert {row["clock"] for row in rows} == {"synced"}
        for offset_seconds in STEPS_SECONDS:
            before = len(subscriber.on(DETECTIONS))
            clock.set(offset_seconds)
            rows = wait_for_detections_at(subscriber, offset_seconds, before)
            assert {row["clock"] for row in rows} == {"untrusted"}
        status, errors = daemon.terminate()
        received = subscriber.received
    assert status == 0, errors
    rows = rows_of(received)
    assert [row["seq"] for row in rows] == list(range(rows[0]["seq"], rows[0]["seq"] + len(rows)))
    for states in group(rows, lambda row: row["id"]).values():
        assert len({row["onset"] for row in states}) == 1
        if states[-1]["offset"] is not None:
            lasted_seconds = seconds(states[-1]["offset"]) - seconds(states[0]["onset"])
            assert 0.0 < lasted_seconds < LONGEST_SECONDS
    health = [json.loads(message.payload) for message in received if message.topic == HEALTH]
    captured_seconds = [report["heard_seconds"] for report in health]
    assert captured_seconds == sorted(captured_seconds)
    assert health[-1]["counters"]["reopens"] == 0
    assert health[-1]["counters"]["messages_dropped"] == 0
