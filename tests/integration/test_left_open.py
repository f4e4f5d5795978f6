"""Events and retained states that kill -9 of the daemon, and of its broker, leaves behind."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chaos import BUSY_CONFIG, make_quick_bundle
from daemon_process import NODE, STATUS, Daemon
from mosquitto import Broker, MakeBroker
from mqtt_subscriber import Received, Subscriber
from recording import RATE_HZ, write

BASE = f"soundpost/{NODE}"
LABEL = "hiss"
SOUND = f"{BASE}/sound/{LABEL}"
EXPIRY_SECONDS = 3.0
CONFIG = f"""{BUSY_CONFIG}
mqtt.outbox = "{{folder}}/outbox.db"
mqtt.health_seconds = {{health_seconds}}
"""
LONG_SECONDS = 600.0
"""Between health reports of a node whose states must not expire within a test."""

Row = dict[str, Any]
Start = Callable[..., Daemon]


@pytest.fixture
def broker(make_broker: MakeBroker) -> Broker:
    """A persistent broker, which keeps its retained messages through kill -9."""
    return make_broker(persistent=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the bundle, and a sound that lasts for minutes."""
    folder = tmp_path / "node"
    folder.mkdir()
    make_quick_bundle(folder / "bundle")
    noise = np.random.default_rng(1).normal(0.0, 0.3, 300 * RATE_HZ)
    write(folder / "noise.wav", noise)
    return folder


@pytest.fixture
def start(folder: Path, broker: Broker) -> Iterator[Start]:
    """Provides a function that starts the daemon, with more keys; `detects` lets events start."""
    started: list[Daemon] = []

    def start_daemon(
        *keys: str,
        detects: bool = True,
        node: str = NODE,
        health_seconds: float = EXPIRY_SECONDS / 3,
    ) -> Daemon:
        text = CONFIG.format(folder=folder, broker=broker.url, health_seconds=health_seconds)
        text += "\n".join(keys)
        threshold = 0.5 if detects else 0.99
        text = text.replace("on_threshold = 0.5", f"on_threshold = {threshold}")
        path = folder / "soundpost.toml"
        path.write_text(text, encoding="utf-8")
        arguments = ["--config", str(path), "--source", f"wav:{folder / 'noise.wav'}"]
        started.append(Daemon(arguments, node=node))
        return started[-1]

    yield start_daemon
    for daemon in started:
        daemon.kill()


def rows(seen: list[Received]) -> list[Row]:
    """Returns the detections among the messages; of those with the same `seq` the last."""
    found = [json.loads(m.payload) for m in seen if m.topic.endswith("/detections")]
    return list({row["seq"]: row for row in found}.values())


def states(seen: list[Received]) -> list[str]:
    """Returns the states of all events so far, in the order of `seq`."""
    return [row["state"] for row in rows(seen)]


def is_on(seen: list[Received]) -> bool:
    """Returns whether an event was confirmed, and is shown by its topic."""
    return "confirmed" in states(seen) and any(m.topic == SOUND and m.text == "ON" for m in seen)


def retained(broker: Broker) -> dict[str, str]:
    """Returns the retained messages that a new subscriber receives now."""
    with Subscriber(broker.port) as late:
        late.publish("end", b"", retain=False)  # arrives after the retained messages
        seen = late.wait_for(lambda seen: any(m.topic == "end" for m in seen))
    return {m.topic: m.text for m in seen if m.retain}


def leave_open(
    broker: Broker, start: Start, *keys: str, health_seconds: float = EXPIRY_SECONDS / 3
) -> list[Received]:
    """Kills the daemon and its broker while an event lasts; returns what was published.

    The broker first: otherwise it may still publish the last will, which does not expire.
    """
    with Subscriber(broker.port) as subscriber:
        daemon = start(*keys, health_seconds=health_seconds)
        seen = subscriber.wait_for(is_on)
        broker.save()
        broker.kill()
        daemon.kill()
    return seen


def test_the_next_start_ends_what_was_left_open(broker: Broker, start: Start) -> None:
    """The event gets its last message, late and with an offset, once; its topic is OFF."""
    before = rows(leave_open(broker, start))[-1]
    broker.start()
    with Subscriber(broker.port) as subscriber:
        daemon = start(detects=False)
        seen = subscriber.wait_for(lambda seen: "ended" in states(seen))
        ended = rows(seen)[-1]
        assert ended == before | {
            "seq": before["seq"] + 1,
            "state": "ended",
            "offset": ended["offset"],
            "backfilled": True,
        }
        assert ended["offset"] >= ended["onset"]
        assert retained(broker)[SOUND] == "OFF"
        assert daemon.terminate()[0] == 0
        daemon = start(detects=False)
        count = sum(m.topic == STATUS for m in seen)
        subscriber.wait_for(lambda seen: sum(m.topic == STATUS for m in seen) > count + 3)
        assert states(subscriber.received).count("ended") == 1


def test_a_kill_while_the_ends_wait_changes_nothing(broker: Broker, start: Start) -> None:
    """The ends are stored while the broker is away; two more runs are killed before it is back."""
    leave_open(broker, start)
    for _ in range(2):
        daemon = start(detects=False)
        daemon.wait_for_log("no broker is listening")
        daemon.kill()
    broker.start()
    with Subscriber(broker.port) as subscriber:
        start(detects=False)
        seen = subscriber.wait_for(lambda seen: "ended" in states(seen))
        assert [row["state"] for row in rows(seen)].count("ended") == 1


def test_an_unconfirmed_event_is_retracted(broker: Broker, start: Start) -> None:
    """Its minimum was not reached."""
    with Subscriber(broker.port) as subscriber:
        daemon = start("decide.labels.hiss.minimum_seconds = 60.0")
        subscriber.wait_for(states)
        daemon.kill()
        start(detects=False)
        seen = subscriber.wait_for(lambda seen: len(states(seen)) > 1)
        assert states(seen) == ["started", "retracted"]


def test_a_label_that_is_excluded_leaves_nothing_behind(broker: Broker, start: Start) -> None:
    """Subscribers receive OFF, and the retained message is removed."""
    leave_open(broker, start, health_seconds=LONG_SECONDS)
    broker.start()
    with Subscriber(broker.port) as subscriber:
        start(f'decide.exclude = ["{LABEL}"]', detects=False)
        seen = subscriber.wait_for(
            lambda seen: "ended" in states(seen) and any(not m.payload for m in seen)
        )
        assert [m.text for m in seen if m.topic == SOUND] == ["ON", "OFF", ""]
    assert SOUND not in retained(broker)
    assert retained(broker)[f"{BASE}/sound/any"] == "OFF"


def test_a_node_that_was_renamed_leaves_nothing_behind(broker: Broker, start: Start) -> None:
    """All retained topics of the old name are removed, those of features that are off included."""
    keys = ("mqtt.commands = true", "mqtt.discovery = true")
    leave_open(broker, start, *keys, health_seconds=LONG_SECONDS)
    broker.start()
    topics = set(retained(broker))
    assert {STATUS, SOUND, f"{BASE}/settings"} < topics
    assert f"homeassistant/device/{NODE}/soundpost/config" in topics
    with Subscriber(broker.port) as subscriber:
        start('mqtt.prefix = "barn"', detects=False, node="south-gate")
        subscriber.wait_for(lambda seen: topics <= {m.topic for m in seen if not m.payload})
    assert {topic.rpartition("/")[0] for topic in retained(broker)} == {
        "barn/south-gate",
        "barn/south-gate/sound",
    }


@pytest.mark.parametrize("away_seconds", [0.0, EXPIRY_SECONDS + 1.0])
def test_a_broker_alone_soon_shows_nothing_of_a_dead_node(
    broker: Broker, start: Start, away_seconds: float
) -> None:
    """Retained states that are not renewed expire, also while the broker is off."""
    leave_open(broker, start)
    time.sleep(away_seconds)
    broker.start()
    time.sleep(EXPIRY_SECONDS + 1.0 - away_seconds)  # by the broker's own clock
    assert retained(broker) == {}


def test_states_of_a_running_node_do_not_expire(broker: Broker, start: Start) -> None:
    """Every health report renews them, also while nothing changes; `offline` stays."""
    with Subscriber(broker.port) as subscriber:
        daemon = start()
        subscriber.wait_for(is_on)
        time.sleep(2 * EXPIRY_SECONDS)
        shown = retained(broker)
        assert (shown[STATUS], shown[SOUND], shown[f"{BASE}/sound/hum"]) == ("online", "ON", "OFF")
        daemon.terminate()
    time.sleep(EXPIRY_SECONDS + 1.0)
    assert retained(broker) == {STATUS: "offline"}
