"""`soundpost selftest`, by the real process at a real broker."""

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
from recording import write_quiet

from soundpost.messages import DetectionMessage

TOPIC = f"soundpost/{NODE}/selftest"
STEPS = ["config", "bundle", "sound", "heard", "told", "time"]


def selftest(*arguments: str) -> tuple[int, list[str], str]:
    """Its exit status, its lines by the step that they are of, and all that it wrote."""
    patience = [] if "--within" in arguments else ["--within", "60"]
    done = soundpost("selftest", "--node", NODE, *arguments, *patience)
    lines = [line.split()[:2] for line in done.stdout.splitlines() if not line.startswith(" ")]
    return done.returncode, [f"{word} {step}" for word, step in lines], done.stdout + done.stderr


def is_told(messages: list[Received]) -> bool:
    """Whether the known sound has been told to its end."""
    states = [json.loads(m.payload)["state"] for m in messages if m.topic == TOPIC]
    return bool({"ended", "retracted"} & set(states))


def test_a_known_sound_is_told_and_acknowledged(broker: Broker, subscriber: Subscriber) -> None:
    """Each step says what was expected and got; what is told says that it is a test."""
    status, lines, written = selftest("--broker", broker.url)
    assert (status, lines) == (0, [f"ok {step}" for step in STEPS]), written
    subscriber.wait_for(is_told)
    for message in subscriber.on(TOPIC):
        told = msgspec.json.decode(message.payload, type=DetectionMessage)
        assert told.test
        assert (message.qos, message.retain) == (1, False)


def test_nobody_else_is_told_anything(broker: Broker, subscriber: Subscriber) -> None:
    """No detection, no sound that is ON, no status that is offline, nothing to Home Assistant."""
    assert selftest("--broker", broker.url)[0] == 0
    subscriber.publish("marker", b"", retain=False)
    subscriber.wait_for(lambda seen: any(m.topic == "marker" for m in seen))
    assert {m.topic for m in subscriber.received} == {TOPIC, "marker"}


def test_a_daemon_that_runs_notices_nothing(
    broker: Broker, subscriber: Subscriber, tmp_path: Path
) -> None:
    """Its outbox is its own, its place at the broker too, and its `seq` goes on as before."""
    write_quiet(tmp_path / "quiet.wav", 600.0)
    outbox = tmp_path / "outbox.db"
    config = tmp_path / "soundpost.toml"
    config.write_text(
        f'mqtt.broker = "{broker.url}"\nmqtt.outbox = "{outbox}"\nmqtt.discovery = true\n'
        f'capture.source = "wav:{tmp_path / "quiet.wav"}"\n'
    )
    with running("--config", str(config)) as daemon:
        subscriber.wait_for(lambda seen: any(m.payload == b"online" for m in seen))
        status, _, written = selftest("--config", str(config))
        assert status == 0, written
        subscriber.wait_for(is_told)
        told = subscriber.received
        ended, errors = daemon.terminate()
    assert ended == 0, errors
    assert not [m for m in told if m.payload in {b"ON", b"offline"} or m.topic == DETECTIONS]
    with sqlite3.connect(outbox) as database:
        assert database.execute("SELECT count(*) FROM sqlite_sequence").fetchone() == (0,)
    database.close()


def test_no_broker_is_told_with_a_hint() -> None:
    """The sound was recognised all the same, and that is said first."""
    status, lines, written = selftest("--broker", f"mqtt://127.0.0.1:{free_port()}")
    assert status == 1
    assert lines[-2:] == ["ok heard", "FAIL told"]
    assert "no broker is listening at" in written
    assert "hint: start the broker" in written


def test_a_broker_that_refuses_the_message_is_no_acknowledgement(make_broker: MakeBroker) -> None:
    """The reason code of MQTT 5 is read; under 3.1.1 this would be a success."""
    broker = make_broker(Access(acl=(f"topic write soundpost/{NODE}/detections",)))
    status, lines, written = selftest("--broker", broker.url)
    assert (status, lines[-1]) == (1, "FAIL told")
    assert f"refuses messages on {TOPIC}: Not authorized" in written


def test_a_broker_that_never_acknowledges_is_not_waited_for_longer() -> None:
    """Connected is not yet acknowledged."""
    with silent_broker() as deaf:
        threading.Thread(target=deaf.accept, args=(20,), daemon=True).start()
        status, lines, written = selftest("--broker", deaf.url, "--within", "5")
    assert (status, lines[-1]) == (1, "FAIL told")
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
def test_what_cannot_be_tried_has_its_exit_status(
    arguments: list[str], expected: tuple[int, str]
) -> None:
    """78 for configuration and bundle, 2 for wrong usage, 1 for what failed."""
    status, _, written = selftest("--broker", "mqtt://127.0.0.1:1", *arguments)
    assert status == expected[0]
    assert expected[1] in written
    assert "Traceback" not in written
