"""The command `selftest`, as a real process with a real broker."""

import json
import sqlite3
import threading
from pathlib import Path

import msgspec
import pytest
from daemon_process import DETECTIONS, NODE, running, soundpost
from fake_broker import silent_broker
from mosquitto import Access, Broker, MakeBroker, free_port
from mqtt_subscriber import Received, Subscriber

from soundpost.messages import DetectionMessage

TOPIC = f"soundpost/{NODE}/selftest"
STEPS = ["config", "bundle", "sound", "detect", "publish", "time"]


def selftest(*arguments: str) -> tuple[int, list[str], str]:
    """Runs the command; returns its exit status, the outcome of each step, and its output."""
    timeout = [] if "--within" in arguments else ["--within", "60"]
    done = soundpost("selftest", "--node", NODE, *arguments, *timeout)
    lines = [line.split()[:2] for line in done.stdout.splitlines() if not line.startswith(" ")]
    return done.returncode, [f"{word} {step}" for word, step in lines], done.stdout + done.stderr


def is_complete(messages: list[Received]) -> bool:
    """Returns whether the last state of the known sound was published."""
    states = [json.loads(m.payload)["state"] for m in messages if m.topic == TOPIC]
    return bool({"ended", "retracted"} & set(states))


def test_a_known_sound_is_published_and_acknowledged(
    broker: Broker, subscriber: Subscriber
) -> None:
    """Each step reports expected and actual values; the messages are marked as a test."""
    status, lines, written = selftest("--broker", broker.url)
    assert (status, lines) == (0, [f"ok {step}" for step in STEPS]), written
    subscriber.wait_for(is_complete)
    for message in subscriber.on(TOPIC):
        detection = msgspec.json.decode(message.payload, type=DetectionMessage)
        assert detection.test
        assert (message.qos, message.retain) == (1, False)


def test_a_self_test_publishes_on_its_own_topic_only(
    broker: Broker, subscriber: Subscriber
) -> None:
    """There is no detection, no state `ON`, no status `offline` and no discovery."""
    assert selftest("--broker", broker.url)[0] == 0
    subscriber.publish("marker", b"", retain=False)
    subscriber.wait_for(lambda seen: any(m.topic == "marker" for m in seen))
    assert {m.topic for m in subscriber.received} == {TOPIC, "marker"}


def test_a_self_test_does_not_disturb_a_running_daemon(
    broker: Broker, subscriber: Subscriber, tmp_path: Path, quiet: Path
) -> None:
    """The daemon's outbox, its session at the broker and its `seq` are not touched."""
    outbox = tmp_path / "outbox.db"
    config = tmp_path / "soundpost.toml"
    config.write_text(
        f'mqtt.broker = "{broker.url}"\nmqtt.outbox = "{outbox}"\nmqtt.discovery = true\n'
        f'capture.source = "wav:{quiet}"\n'
    )
    with running("--config", str(config)) as daemon:
        subscriber.wait_for(lambda seen: any(m.payload == b"online" for m in seen))
        status, _, written = selftest("--config", str(config))
        assert status == 0, written
        subscriber.wait_for(is_complete)
        received = subscriber.received
        ended, errors = daemon.terminate()
    assert ended == 0, errors
    assert not [m for m in received if m.payload in {b"ON", b"offline"} or m.topic == DETECTIONS]
    with sqlite3.connect(outbox) as database:
        assert database.execute("SELECT count(*) FROM sqlite_sequence").fetchone() == (0,)
    database.close()


def test_an_unreachable_broker_is_reported_with_a_hint() -> None:
    """The recognised sound is reported before it."""
    status, lines, written = selftest("--broker", f"mqtt://127.0.0.1:{free_port()}")
    assert status == 1
    assert lines[-2:] == ["ok detect", "FAIL publish"]
    assert "no broker is listening at" in written
    assert "hint: start the broker" in written


def test_a_refusal_by_the_broker_is_a_failure(make_broker: MakeBroker) -> None:
    """The reason code of MQTT 5 is evaluated; under 3.1.1 this would be a success."""
    broker = make_broker(Access(acl=(f"topic write soundpost/{NODE}/detections",)))
    status, lines, written = selftest("--broker", broker.url)
    assert (status, lines[-1]) == (1, "FAIL publish")
    assert f"refuses messages on {TOPIC}: Not authorized" in written


def test_a_missing_acknowledgement_is_a_failure_after_the_time_limit() -> None:
    """A connection alone is not enough."""
    with silent_broker() as broker:
        threading.Thread(target=broker.accept, args=(20,), daemon=True).start()
        status, lines, written = selftest("--broker", broker.url, "--within", "5")
    assert (status, lines[-1]) == (1, "FAIL publish")
    assert "did not acknowledge in time" in written


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--within", "0.000001"], (1, "within 1e-06 s")),
        (["--within", "nan"], (2, "expected seconds, a number above 0, got 'nan'")),
        (["--within", "0"], (2, "expected seconds, a number above 0, got '0'")),
        (["--bundle", "esc5O"], (78, "no bundle 'esc5O'")),
        (["--config", "absent.toml"], (78, "absent.toml cannot be read")),
    ],
)
def test_each_kind_of_error_has_its_exit_status(
    arguments: list[str], expected: tuple[int, str]
) -> None:
    """78 is for configuration and bundle, 2 for wrong usage, 1 for a failed step."""
    status, _, written = selftest("--broker", "mqtt://127.0.0.1:1", *arguments)
    assert status == expected[0]
    assert expected[1] in written
    assert "Traceback" not in written
